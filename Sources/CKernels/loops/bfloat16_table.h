// The table of the products of bfloat16 numbers of one instruction set.

const CBFloat16Table BFLOAT16_SYMBOL = {
    .name = BFLOAT16_NAME,
    .matrixProduct = matrixProduct,
    .gatheredProduct = gatheredProduct,
    .filteringCost = FILTERING_COST,
    .pairColumns = pairColumns,
    .pairRows = pairRows,
    .padPairs = padPairs,
    .windowsToPairs = windowsToPairs,
    .upstreamToPairs = upstreamToPairs,
};
