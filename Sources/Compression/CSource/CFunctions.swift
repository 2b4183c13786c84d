/// The functions of a header, of which each network has those that it needs.
///
/// Products are rounded before they are added to, or fused by `fmaf`, so that the bits do not depend on whether a compiler
/// contracts expressions.
struct CFunctions {
  let name: String

  /// The functions that a network calls.
  func text(for network: IntegerNetwork) -> String {
    let names = Set(network.nodes.map(\.operation.function))
    var functions = [saturate]
    if !network.layers.isEmpty { functions.append(weight) }
    for (function, text) in [
      ("convolution", convolution), ("dense", dense), ("add", add), ("lookup", lookup), ("max_pooling", maxPooling),
      ("average_pooling", averagePooling), ("global_average", globalAverage),
    ] where names.contains(function) {
      functions.append(text)
    }
    return functions.joined(separator: "\n\n")
  }

  private var saturate: String {
    """
    /* The nearest byte of value + zero, halves to even. */
    static uint8_t \(name)_saturate(float value, int32_t zero)
    {
        const float low = (float)-zero;
        const float high = (float)(255 - zero);
        /* No number goes to the lower end. */
        const float inside = value > high ? high : value >= low ? value : low;
        return (uint8_t)((int32_t)rintf(inside) + zero);
    }
    """
  }

  private var weight: String {
    """
    /* Weight number i of an array that holds them in so many bits each, in two's complement. */
    static int32_t \(name)_weight(const uint8_t *weights, int32_t i, int32_t bits)
    {
        const int32_t in_byte = 8 / bits;
        const int32_t values = (int32_t)1 << bits;
        const int32_t value = ((int32_t)weights[i / in_byte] >> (bits * (i % in_byte))) & (values - 1);
        return value < values / 2 ? value : value - values;
    }
    """
  }

  private var dense: String {
    """
    static void \(name)_dense(const uint8_t *x, uint8_t *y, int32_t width, int32_t units, int32_t zero,
        const uint8_t *weights, int32_t bits, const int32_t *bias, const float *multipliers, int32_t out_zero)
    {
        for (int32_t unit = 0; unit < units; ++unit) {
            int32_t sum = bias[unit];
            for (int32_t i = 0; i < width; ++i) {
                sum += ((int32_t)x[i] - zero) * \(name)_weight(weights, unit * width + i, bits);
            }
            y[unit] = \(name)_saturate((float)sum * multipliers[unit], out_zero);
        }
    }
    """
  }

  private var convolution: String {
    """
    static void \(name)_convolution(const uint8_t *x, uint8_t *y, int32_t height, int32_t width, int32_t channels,
        int32_t out_height, int32_t out_width, int32_t window_height, int32_t window_width, int32_t stride_height,
        int32_t stride_width, int32_t pad_height, int32_t pad_width, int32_t dilation_height, int32_t dilation_width,
        int32_t outputs, int32_t groups, int32_t zero, const uint8_t *weights, int32_t bits, const int32_t *bias,
        const float *multipliers, int32_t out_zero)
    {
        const int32_t inner = channels / groups;
        for (int32_t row = 0; row < out_height; ++row) {
            for (int32_t column = 0; column < out_width; ++column) {
                for (int32_t o = 0; o < outputs; ++o) {
                    const int32_t first = o / (outputs / groups) * inner;
                    int32_t sum = bias[o];
                    for (int32_t i = 0; i < window_height; ++i) {
                        const int32_t h = row * stride_height - pad_height + i * dilation_height;
                        if (h < 0 || h >= height) {
                            continue;
                        }
                        for (int32_t j = 0; j < window_width; ++j) {
                            const int32_t w = column * stride_width - pad_width + j * dilation_width;
                            if (w < 0 || w >= width) {
                                continue;
                            }
                            const uint8_t *pixel = x + (h * width + w) * channels + first;
                            for (int32_t c = 0; c < inner; ++c) {
                                const int32_t place = ((i * window_width + j) * inner + c) * outputs + o;
                                sum += ((int32_t)pixel[c] - zero) * \(name)_weight(weights, place, bits);
                            }
                        }
                    }
                    y[(row * out_width + column) * outputs + o] =
                        \(name)_saturate((float)sum * multipliers[o], out_zero);
                }
            }
        }
    }
    """
  }

  private var add: String {
    """
    static void \(name)_add(const uint8_t *a, const uint8_t *b, uint8_t *y, int32_t count, float left, float right,
        float fixed)
    {
        for (int32_t i = 0; i < count; ++i) {
            y[i] = \(name)_saturate(fmaf((float)a[i], left, fmaf((float)b[i], right, fixed)), 0);
        }
    }
    """
  }

  private var lookup: String {
    """
    /* Rows of bytes by a table, to rows that are `stride` apart. */
    static void \(name)_lookup(const uint8_t *x, uint8_t *y, int32_t rows, int32_t width, int32_t stride,
        const uint8_t *table)
    {
        for (int32_t row = 0; row < rows; ++row) {
            for (int32_t i = 0; i < width; ++i) {
                y[row * stride + i] = table[x[row * width + i]];
            }
        }
    }
    """
  }

  private var maxPooling: String {
    """
    static void \(name)_max_pooling(const uint8_t *x, uint8_t *y, int32_t height, int32_t width, int32_t channels,
        int32_t out_height, int32_t out_width, int32_t window_height, int32_t window_width, int32_t stride_height,
        int32_t stride_width, int32_t pad_height, int32_t pad_width)
    {
        for (int32_t row = 0; row < out_height; ++row) {
            for (int32_t column = 0; column < out_width; ++column) {
                for (int32_t c = 0; c < channels; ++c) {
                    uint8_t largest = 0;
    \(window("largest = x[place] > largest ? x[place] : largest;"))
                    y[(row * out_width + column) * channels + c] = largest;
                }
            }
        }
    }
    """
  }

  private var averagePooling: String {
    """
    static void \(name)_average_pooling(const uint8_t *x, uint8_t *y, int32_t height, int32_t width, int32_t channels,
        int32_t out_height, int32_t out_width, int32_t window_height, int32_t window_width, int32_t stride_height,
        int32_t stride_width, int32_t pad_height, int32_t pad_width, int32_t counts_padding, float scale, int32_t zero,
        float out_scale, int32_t out_zero)
    {
        for (int32_t row = 0; row < out_height; ++row) {
            for (int32_t column = 0; column < out_width; ++column) {
                for (int32_t c = 0; c < channels; ++c) {
                    float sum = 0.0f;
                    int32_t count = 0;
    \(window("sum += (float)((double)scale * (double)((int32_t)x[place] - zero));\n                            ++count;"))
                    if (counts_padding) {
                        count = window_height * window_width;
                    }
                    y[(row * out_width + column) * channels + c] =
                        \(name)_saturate(sum / (float)count / out_scale + (float)out_zero, 0);
                }
            }
        }
    }
    """
  }

  /// The loops over the places of a window inside the image.
  private func window(_ body: String) -> String {
    """
                    for (int32_t i = 0; i < window_height; ++i) {
                        for (int32_t j = 0; j < window_width; ++j) {
                            const int32_t h = row * stride_height - pad_height + i;
                            const int32_t w = column * stride_width - pad_width + j;
                            if (h < 0 || h >= height || w < 0 || w >= width) {
                                continue;
                            }
                            const int32_t place = (h * width + w) * channels + c;
                            \(body)
                        }
                    }
    """
  }

  private var globalAverage: String {
    """
    static void \(name)_global_average(const uint8_t *x, uint8_t *y, int32_t pixels, int32_t channels, int32_t zero,
        float multiplier, int32_t out_zero)
    {
        for (int32_t c = 0; c < channels; ++c) {
            int32_t sum = -pixels * zero;
            for (int32_t pixel = 0; pixel < pixels; ++pixel) {
                sum += (int32_t)x[pixel * channels + c];
            }
            y[c] = \(name)_saturate((float)sum * multiplier, out_zero);
        }
    }
    """
  }
}

extension IntegerOperation {
  /// The name of the function in C, without what all names begin with; a reshape has none.
  fileprivate var function: String {
    switch self {
    case .convolution: "convolution"
    case .dense: "dense"
    case .add: "add"
    case .lookup, .concatenate: "lookup"
    case .maxPooling: "max_pooling"
    case .averagePooling: "average_pooling"
    case .globalAveragePooling: "global_average"
    case .reshape: ""
    }
  }
}
