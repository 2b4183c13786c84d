// Pooling over images with channels last: vectors of channels.

/// The rows and columns of the input in one window.
typedef struct {
  size_t top, bottom, left, right;
} Window;

INLINE Window windowAt(const CPooling *call, size_t row, size_t column) {
  const ptrdiff_t top = (ptrdiff_t)(row * call->strideHeight) - (ptrdiff_t)call->paddingHeight;
  const ptrdiff_t left = (ptrdiff_t)(column * call->strideWidth) - (ptrdiff_t)call->paddingWidth;
  const size_t bottom = (size_t)(top + (ptrdiff_t)call->windowHeight);
  const size_t right = (size_t)(left + (ptrdiff_t)call->windowWidth);
  return (Window){
      .top = top < 0 ? 0 : (size_t)top, .bottom = bottom < call->height ? bottom : call->height,
      .left = left < 0 ? 0 : (size_t)left, .right = right < call->width ? right : call->width};
}

/// Runs the statement after it for each window, `image` being the input's image and `y` the place of the output.
#define FOR_WINDOWS(call)                                                                       \
  for (size_t n = 0, y = 0, image = 0; n < (call)->images;                                      \
       n++, image += (call)->height * (call)->width * (call)->channels)                         \
    for (size_t row = 0; row < (call)->outHeight; row++)                                        \
      for (size_t column = 0; column < (call)->outWidth; column++, y += (call)->channels)

/// Runs the statement after it for each place of a window, `x` being its first channel.
#define FOR_PLACES(call, window)                                                                \
  for (size_t h = (window).top; h < (window).bottom; h++)                                       \
    for (size_t w = (window).left, x = image + (h * (call)->width + w) * (call)->channels;      \
         w < (window).right; w++, x += (call)->channels)

/// The larger number, or NaN where there is one.
INLINE V maximum(V best, V x) { return blend((VI)(x > best) | (x != x), blend(best != best, best, x), best); }

/// Whether windows lie side by side and cover whole rows and columns.
INLINE bool isTiling(const CPooling *call) {
  return call->strideHeight == call->windowHeight && call->strideWidth == call->windowWidth && !call->paddingHeight &&
         !call->paddingWidth && call->outHeight * call->windowHeight == call->height &&
         call->outWidth * call->windowWidth == call->width;
}

static void maxPooling(const CPooling *call) {
  const bool isPair = isTiling(call) && call->windowHeight == 2 && call->windowWidth == 2;
  const size_t channels = call->channels, below = call->width * channels;
  FOR_WINDOWS(call) {
    if (isPair) {
      const float *from = call->a + image + 2 * row * below + 2 * column * channels;
      FOR_VECTORS(channels) {
        V best = maximum(loadUpTo(from + i, left, 0), loadUpTo(from + channels + i, left, 0));
        V other = maximum(loadUpTo(from + below + i, left, 0), loadUpTo(from + below + channels + i, left, 0));
        storeUpTo(call->out + y + i, maximum(best, other), left);
      }
      continue;
    }
    const Window window = windowAt(call, row, column);
    FOR_VECTORS(channels) {
      V best = splat(-__builtin_inff());
      FOR_PLACES(call, window) best = maximum(best, loadUpTo(call->a + x + i, left, 0));
      storeUpTo(call->out + y + i, best, left);
    }
  }
}

/// a is the upstream, x the input; each upstream goes to the first largest element of its window.
static void maxPoolingGradient(const CPooling *call) {
  const size_t channels = call->channels, below = call->width * channels;
  const bool isPair = isTiling(call) && call->windowHeight == 2 && call->windowWidth == 2;
  if (!isPair) memset(call->out, 0, call->images * call->height * call->width * channels * sizeof(float));
  FOR_WINDOWS(call) {
    if (isPair) {
      const size_t place = image + 2 * row * below + 2 * column * channels;
      const size_t places[4] = {place, place + channels, place + below, place + below + channels};
      FOR_VECTORS(channels) {
        V x[4];
        for (int k = 0; k < 4; k++) x[k] = loadUpTo(call->x + places[k] + i, left, 0);
        const V best = maximum(maximum(x[0], x[1]), maximum(x[2], x[3]));
        const V g = loadUpTo(call->a + y + i, left, 0);
        VI open = (VI)splat(0) - 1;
        for (int k = 0; k < 4; k++) {
          VI own = open & ((VI)(x[k] == best) | (x[k] != x[k]));
          open &= ~own;
          storeUpTo(call->out + places[k] + i, (V)((VI)g & own), left);
        }
      }
      continue;
    }
    const Window window = windowAt(call, row, column);
    FOR_VECTORS(channels) {
      V best = splat(-__builtin_inff());
      FOR_PLACES(call, window) best = maximum(best, loadUpTo(call->x + x + i, left, 0));
      const V g = loadUpTo(call->a + y + i, left, 0);
      VI open = (VI)splat(0) - 1;
      FOR_PLACES(call, window) {
        const V value = loadUpTo(call->x + x + i, left, 0);
        const VI own = open & ((VI)(value == best) | (value != value));
        open &= ~own;
        storeUpTo(call->out + x + i, loadUpTo(call->out + x + i, left, 0) + (V)((VI)g & own), left);
      }
    }
  }
}

INLINE float windowShare(const CPooling *call, Window window) {
  const size_t whole = call->windowHeight * call->windowWidth;
  const size_t inside = (window.bottom - window.top) * (window.right - window.left);
  return 1 / (float)(call->countsPadding ? whole : inside);
}

static void averagePooling(const CPooling *call) {
  FOR_WINDOWS(call) {
    const Window window = windowAt(call, row, column);
    const float share = windowShare(call, window);
    FOR_VECTORS(call->channels) {
      V total = splat(0);
      FOR_PLACES(call, window) total += loadUpTo(call->a + x + i, left, 0);
      storeUpTo(call->out + y + i, total * share, left);
    }
  }
}

static void averagePoolingGradient(const CPooling *call) {
  memset(call->out, 0, call->images * call->height * call->width * call->channels * sizeof(float));
  FOR_WINDOWS(call) {
    const Window window = windowAt(call, row, column);
    const float share = windowShare(call, window);
    FOR_VECTORS(call->channels) {
      const V g = loadUpTo(call->a + y + i, left, 0) * share;
      FOR_PLACES(call, window) {
        storeUpTo(call->out + x + i, loadUpTo(call->out + x + i, left, 0) + g, left);
      }
    }
  }
}

/// x [images, places, channels] to the mean over the places.
static void globalAverage(const float *x, size_t images, size_t places, size_t channels, float *out) {
  const float share = 1 / (float)places;
  for (size_t n = 0; n < images; n++) {
    sumRows(x + n * places * channels, places, channels, out + n * channels);
    FOR_VECTORS(channels) storeUpTo(out + n * channels + i, loadUpTo(out + n * channels + i, left, 0) * share, left);
  }
}

static void globalAverageGradient(const float *upstream, size_t images, size_t places, size_t channels, float *out) {
  const float share = 1 / (float)places;
  for (size_t n = 0; n < images; n++) {
    FOR_VECTORS(channels) {
      const V g = loadUpTo(upstream + n * channels + i, left, 0) * share;
      for (size_t p = 0; p < places; p++) storeUpTo(out + (n * places + p) * channels + i, g, left);
    }
  }
}
