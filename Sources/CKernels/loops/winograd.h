// Convolutions of three by three places with stride 1 by minimal filtering, F(2x2, 3x3) (Winograd 1980; Lavin and Gray,
// "Fast Algorithms for Convolutional Neural Networks", 2016): y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A for a tile of two by two places
// of the output, where d are the four by four places that it reads. Over channels the product ⊙ becomes 16 matrix
// products, with 4 multiplications a place instead of 9. These are the ways into them and out of them.
//
//        1  0 -1  0        1   0   0        1  0
//   Bᵀ = 0  1  1  0    G = ½   ½   ½    A = 1  1
//        0 -1  1  0        ½  -½   ½        1 -1
//        0  1  0 -1        0   0   1        0 -1

/// A tile.
typedef struct {
  /// Which of its rows and columns are places of the image, a bit each.
  unsigned rows, columns;
  /// Where its first place lies in the images, perhaps outside of them.
  ptrdiff_t start;
} ImageTile;

/// The bits of `extent` places from `first` on that lie in 0..<limit.
INLINE unsigned placesWithin(ptrdiff_t first, size_t extent, size_t limit) {
  unsigned bits = 0;
  for (size_t i = 0; i < extent; i++) {
    const ptrdiff_t place = first + (ptrdiff_t)i;
    bits |= (unsigned)(place >= 0 && place < (ptrdiff_t)limit) << i;
  }
  return bits;
}

/// The image, and the row and the column of tiles in it, that come next.
typedef struct {
  size_t image, row, column;
} TileCursor;

INLINE TileCursor firstTile(const CImageTiles *call) {
  const size_t ofImage = call->tileRows * call->tileColumns, inImage = call->first % ofImage;
  return (TileCursor){call->first / ofImage, inImage / call->tileColumns, inImage % call->tileColumns};
}

INLINE ImageTile nextTile(const CImageTiles *call, const size_t extent, TileCursor *cursor) {
  const ptrdiff_t h = 2 * (ptrdiff_t)cursor->row - call->top, w = 2 * (ptrdiff_t)cursor->column - call->left;
  const ptrdiff_t place = ((ptrdiff_t)(cursor->image * call->height) + h) * (ptrdiff_t)call->width + w;
  if (++cursor->column == call->tileColumns) {
    cursor->column = 0;
    if (++cursor->row == call->tileRows) {
      cursor->row = 0;
      cursor->image++;
    }
  }
  return (ImageTile){
      placesWithin(h, extent, call->height), placesWithin(w, extent, call->width), place * (ptrdiff_t)call->channels};
}

INLINE bool isInside(ImageTile tile, const size_t extent) {
  return (tile.rows & tile.columns) == (1u << extent) - 1;
}

/// Whether a place of a tile lies in the image.
INLINE bool isPlace(ImageTile tile, size_t row, size_t column) { return tile.rows >> row & tile.columns >> column & 1; }

/// The places of a tile, 0 where there is none; where it `isWhole`, all of them lie in the image, and so do `LANES` channels.
INLINE void loadImageTile(
    const size_t extent, const bool isWhole, size_t left, const CImageTiles *call, ImageTile tile, size_t channel,
    V places[4][4]) {
  for (size_t i = 0; i < extent; i++) {
    for (size_t j = 0; j < extent; j++) {
      const ptrdiff_t at = tile.start + (ptrdiff_t)((i * call->width + j) * call->channels + channel);
      if (isWhole) places[i][j] = load(call->images + at);
      else places[i][j] = isPlace(tile, i, j) ? loadUpTo(call->images + at, left, 0) : splat(0);
    }
  }
}

/// What becomes of a tile's places: the vectors of the 16 matrices.
typedef void TileTransform(V places[4][4], V matrices[16]);

/// Bᵀ d B.
INLINE void transformWindow(V d[4][4], V matrices[16]) {
  V m[4][4];
  for (size_t j = 0; j < 4; j++) {
    m[0][j] = d[0][j] - d[2][j];
    m[1][j] = d[1][j] + d[2][j];
    m[2][j] = d[2][j] - d[1][j];
    m[3][j] = d[1][j] - d[3][j];
  }
  for (size_t i = 0; i < 4; i++, matrices += 4) {
    matrices[0] = m[i][0] - m[i][2];
    matrices[1] = m[i][1] + m[i][2];
    matrices[2] = m[i][2] - m[i][1];
    matrices[3] = m[i][1] - m[i][3];
  }
}

/// A y Aᵀ, the gradient of Aᵀ m A.
INLINE void transformUpstream(V y[4][4], V matrices[16]) {
  V m[4][2];
  for (size_t j = 0; j < 2; j++) {
    m[0][j] = y[0][j];
    m[1][j] = y[0][j] + y[1][j];
    m[2][j] = y[0][j] - y[1][j];
    m[3][j] = -y[1][j];
  }
  for (size_t i = 0; i < 4; i++, matrices += 4) {
    matrices[0] = m[i][0];
    matrices[1] = m[i][0] + m[i][1];
    matrices[2] = m[i][0] - m[i][1];
    matrices[3] = -m[i][1];
  }
}

/// A vector of channels of a tile, of which those from `left` on are 0.
INLINE void transformTile(
    TileTransform transform, const size_t extent, const bool isWhole, size_t left, const CImageTiles *call,
    ImageTile tile, size_t channel, V matrices[16]) {
  V places[4][4];
  loadImageTile(extent, isWhole, left, call, tile, channel, places);
  transform(places, matrices);
}

INLINE void storeMatrices(
    TileTransform transform, const size_t extent, const bool isWhole, size_t left, const CImageTiles *call,
    ImageTile tile, size_t channel, float *to) {
  V matrices[16];
  transformTile(transform, extent, isWhole, left, call, tile, channel, matrices);
  for (size_t i = 0; i < 16; i++) storeUpTo(to + i * call->tileStride, matrices[i], left);
}

/// A copy of the call is in nobody else's hands, so that its numbers can stay in registers.
INLINE void imagesToTiles(TileTransform transform, const size_t extent, const CImageTiles call) {
  TileCursor cursor = firstTile(&call);
  float *to = call.tiles;
  for (size_t t = 0; t < call.count; t++, to += call.channels) {
    const ImageTile tile = nextTile(&call, extent, &cursor);
    const bool isWhole = isInside(tile, extent);
    for (size_t c = 0; c < call.channels; c += LANES) {
      const size_t left = call.channels - c;
      if (isWhole && left >= LANES) storeMatrices(transform, extent, true, LANES, &call, tile, c, to + c);
      else storeMatrices(transform, extent, false, left, &call, tile, c, to + c);
    }
  }
}

static void windowsToTiles(const CImageTiles *call) { imagesToTiles(transformWindow, 4, *call); }

static void upstreamToTiles(const CImageTiles *call) { imagesToTiles(transformUpstream, 2, *call); }

/// A vector of channels of Aᵀ m A + bias, rectified where that is asked for.
INLINE void storeImageTile(
    const bool isWhole, size_t left, const CImageTiles *call, ImageTile tile, size_t channel, const float *from) {
  V y[2][4];
  for (size_t j = 0; j < 4; j++) {
    V m[4];
    for (size_t i = 0; i < 4; i++) m[i] = loadUpTo(from + (4 * i + j) * call->tileStride, left, 0);
    y[0][j] = m[0] + m[1] + m[2];
    y[1][j] = m[1] - m[2] - m[3];
  }
  const V bias = call->bias ? loadUpTo(call->bias + channel, left, 0) : splat(0);
  for (size_t i = 0; i < 2; i++) {
    const V row[2] = {y[i][0] + y[i][1] + y[i][2] + bias, y[i][1] - y[i][2] - y[i][3] + bias};
    for (size_t j = 0; j < 2; j++) {
      if (!isWhole && !isPlace(tile, i, j)) continue;
      float *to = call->out + tile.start + (ptrdiff_t)((i * call->width + j) * call->channels + channel);
      storeUpTo(to, call->rectifies ? rectified(row[j]) : row[j], left);
    }
  }
}

static void tilesToImages(const CImageTiles *own) {
  const CImageTiles call = *own;
  TileCursor cursor = firstTile(&call);
  const float *from = call.tiles;
  for (size_t t = 0; t < call.count; t++, from += call.channels) {
    const ImageTile tile = nextTile(&call, 2, &cursor);
    const bool isWhole = isInside(tile, 2);
    for (size_t c = 0; c < call.channels; c += LANES) {
      const size_t left = call.channels - c;
      if (isWhole && left >= LANES) storeImageTile(true, LANES, &call, tile, c, from + c);
      else storeImageTile(false, left, &call, tile, c, from + c);
    }
  }
}

/// G g Gᵀ for each element of a filter [3, 3, count]: [4, 4, count].
static void filterToTiles(const float *filter, size_t count, float *tiles) {
  FOR_VECTORS(count) {
    V g[4][3];
    for (size_t j = 0; j < 3; j++) {
      V row[3];
      for (size_t k = 0; k < 3; k++) row[k] = loadUpTo(filter + (3 * k + j) * count + i, left, 0);
      g[0][j] = row[0];
      g[1][j] = 0.5f * (row[0] + row[1] + row[2]);
      g[2][j] = 0.5f * (row[0] - row[1] + row[2]);
      g[3][j] = row[2];
    }
    for (size_t k = 0; k < 4; k++) {
      float *to = tiles + 4 * k * count + i;
      storeUpTo(to, g[k][0], left);
      storeUpTo(to + count, 0.5f * (g[k][0] + g[k][1] + g[k][2]), left);
      storeUpTo(to + 2 * count, 0.5f * (g[k][0] - g[k][1] + g[k][2]), left);
      storeUpTo(to + 3 * count, g[k][2], left);
    }
  }
}

/// Gᵀ m G, the gradient of G g Gᵀ.
static void tilesToFilter(const float *tiles, size_t count, float *filter) {
  FOR_VECTORS(count) {
    V g[3][4];
    for (size_t j = 0; j < 4; j++) {
      V m[4];
      for (size_t k = 0; k < 4; k++) m[k] = loadUpTo(tiles + (4 * k + j) * count + i, left, 0);
      g[0][j] = m[0] + 0.5f * (m[1] + m[2]);
      g[1][j] = 0.5f * (m[1] - m[2]);
      g[2][j] = 0.5f * (m[1] + m[2]) + m[3];
    }
    for (size_t k = 0; k < 3; k++) {
      float *to = filter + 3 * k * count + i;
      storeUpTo(to, g[k][0] + 0.5f * (g[k][1] + g[k][2]), left);
      storeUpTo(to + count, 0.5f * (g[k][1] - g[k][2]), left);
      storeUpTo(to + 2 * count, 0.5f * (g[k][1] + g[k][2]) + g[k][3], left);
    }
  }
}
