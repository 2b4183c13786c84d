// The left operands of minimal filtering as pairs of bfloat16 numbers.

/// Pairs of neighbouring channels of a tile, from `channel` on; `left` of them.
INLINE void storeChannelPairs(
    TileTransform transform, const size_t extent, const bool isWhole, size_t left, const CImageTiles *call,
    ImageTile tile, size_t channel, float *to) {
  V low[16], high[16];
  transformTile(transform, extent, isWhole, left, call, tile, channel, low);
  const bool isWide = left > LANES;
  if (isWide) transformTile(transform, extent, isWhole, left - LANES, call, tile, channel + LANES, high);
  for (size_t i = 0; i < 16; i++) {
    const __m512 upper = isWide ? (__m512)high[i] : _mm512_setzero_ps();
    storePairs(to + i * call->tileStride, (__m512i)_mm512_cvtne2ps_pbh(upper, (__m512)low[i]), (left + 1) / 2);
  }
}

INLINE void imagesToChannelPairs(TileTransform transform, const size_t extent, const CImageTiles call) {
  TileCursor cursor = firstTile(&call);
  const size_t pairs = (call.channels + 1) / 2;
  float *to = call.tiles;
  for (size_t t = 0; t < call.count; t++, to += pairs) {
    const ImageTile tile = nextTile(&call, extent, &cursor);
    const bool isWhole = isInside(tile, extent);
    for (size_t c = 0; c < call.channels; c += 2 * LANES) {
      const size_t left = call.channels - c;
      if (isWhole && left >= 2 * LANES) {
        storeChannelPairs(transform, extent, true, 2 * LANES, &call, tile, c, to + c / 2);
      } else {
        storeChannelPairs(transform, extent, false, left, &call, tile, c, to + c / 2);
      }
    }
  }
}

/// Pairs of two tiles, or of a tile and zeros.
INLINE void storeTilePairs(
    TileTransform transform, const size_t extent, const bool isWhole, size_t left, const CImageTiles *call,
    ImageTile first, const ImageTile *second, size_t channel, float *to) {
  V low[16], high[16];
  transformTile(transform, extent, isWhole, left, call, first, channel, low);
  if (second) transformTile(transform, extent, isWhole, left, call, *second, channel, high);
  for (size_t i = 0; i < 16; i++) {
    storePairs(to + i * call->tileStride, paired(low[i], second ? high[i] : splat(0)), left);
  }
}

INLINE void imagesToTilePairs(TileTransform transform, const size_t extent, const CImageTiles call) {
  TileCursor cursor = firstTile(&call);
  float *to = call.tiles;
  for (size_t t = 0; t < call.count; t += 2, to += call.channels) {
    const bool isAlone = t + 1 == call.count;
    const ImageTile first = nextTile(&call, extent, &cursor), second = isAlone ? first : nextTile(&call, extent, &cursor);
    const bool isWhole = isInside(first, extent) && isInside(second, extent) && !isAlone;
    for (size_t c = 0; c < call.channels; c += LANES) {
      const size_t left = call.channels - c;
      if (isWhole && left >= LANES) {
        storeTilePairs(transform, extent, true, LANES, &call, first, &second, c, to + c);
      } else {
        storeTilePairs(transform, extent, false, left, &call, first, isAlone ? 0 : &second, c, to + c);
      }
    }
  }
}

static void windowsToPairs(const CImageTiles *call, bool pairsTiles) {
  if (pairsTiles) imagesToTilePairs(transformWindow, 4, *call);
  else imagesToChannelPairs(transformWindow, 4, *call);
}

static void upstreamToPairs(const CImageTiles *call) { imagesToTilePairs(transformUpstream, 2, *call); }
