// The table of all loops of one instruction set.

const CKernelTable TABLE_SYMBOL = {
    .name = TABLE_NAME,
    .scratchCount = PANEL_COLUMNS * PANEL_ROWS,
    .matrixProduct = matrixProduct,
    .activation = activation,
    .activationGradient = activationGradient,
    .add = add,
    .multiply = multiply,
    .scale = scale,
    .sumRows = sumRows,
    .broadcastRows = broadcastRows,
    .sum = sum,
    .softmaxCrossEntropy = softmaxCrossEntropy,
    .softmaxCrossEntropyGradient = softmaxCrossEntropyGradient,
    .meanSquaredError = meanSquaredError,
    .meanSquaredErrorGradient = meanSquaredErrorGradient,
    .dropoutMask = dropoutMask,
    .gradientDescent = gradientDescent,
    .momentum = momentum,
    .adam = adam,
};
