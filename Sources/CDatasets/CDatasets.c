#include "CDatasets.h"

#include <limits.h>
#include <stdbool.h>
#include <zlib.h>

// #embed is C23; the compilers that know it take it in older dialects, too, and warn.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const uint8_t digits[] = {
#embed "Digits/digits.packed"
};

const uint8_t *hpo_digits_packed(size_t *count) {
  *count = sizeof digits;
  return digits;
}

static const uint8_t diabetes[] = {
#embed "Diabetes/diabetes.csv.gz"
};

const uint8_t *hpo_diabetes_csv(size_t *count) {
  *count = sizeof diabetes;
  return diabetes;
}

/// Inflates a stream whose header `window` tells, in zlib's terms.
///
/// @param has_members whether further streams may follow the first, or zeros
/// @param destination where the bytes go; null to look whether the stream is whole, and keep nothing
/// @param consumed receives the number of bytes read, as far as the stream was right
static hpo_inflate_result inflate_stream(int window, bool has_members, const uint8_t *source, size_t source_count,
                                         uint8_t *destination, size_t capacity, size_t *produced, size_t *consumed) {
  *produced = *consumed = 0;
  uint8_t passing[1 << 14];
  z_stream stream = {0};
  if (inflateInit2(&stream, window) != Z_OK) return HPO_INFLATE_NO_MEMORY;

  // zlib counts in unsigned int: longer buffers go through it in pieces.
  size_t source_left = source_count, room_left = capacity;
  stream.next_in = (Bytef *)source;
  stream.next_out = destination;
  int status = Z_OK;
  bool has_others = false;
  while (status == Z_OK) {
    if (stream.avail_in == 0) {
      stream.avail_in = source_left > UINT_MAX ? UINT_MAX : (uInt)source_left;
      source_left -= stream.avail_in;
    }
    if (stream.avail_out == 0) {
      const size_t most = destination ? UINT_MAX : sizeof passing;
      if (!destination) stream.next_out = passing;
      stream.avail_out = (uInt)(room_left > most ? most : room_left);
      room_left -= stream.avail_out;
    }
    status = inflate(&stream, Z_NO_FLUSH);
    if (status == Z_STREAM_END && has_members) {
      size_t left = source_left + stream.avail_in, zeros = 0;
      while (zeros < left && stream.next_in[zeros] == 0) zeros++;
      has_others = zeros < left && (stream.next_in[0] != 0x1f || (left > 1 && stream.next_in[1] != 0x8b));
      if (zeros < left && !has_others) status = inflateReset(&stream);
    }
  }
  *produced = capacity - room_left - stream.avail_out;
  *consumed = source_count - source_left - stream.avail_in;
  const int is_drained = stream.avail_in == 0 && source_left == 0;
  inflateEnd(&stream);

  switch (status) {
  case Z_STREAM_END: return has_others ? HPO_INFLATE_TRAILING : HPO_INFLATE_DONE;
  case Z_MEM_ERROR: return HPO_INFLATE_NO_MEMORY;
  case Z_BUF_ERROR: return is_drained ? HPO_INFLATE_TRUNCATED : HPO_INFLATE_TOO_LARGE;
  default: return HPO_INFLATE_CORRUPT;
  }
}

hpo_inflate_result hpo_inflate(const uint8_t *source, size_t source_count, uint8_t *destination, size_t capacity,
                               size_t *produced) {
  size_t consumed;
  // 15 bits of window, and 32 for zlib's header or gzip's.
  return inflate_stream(15 + 32, false, source, source_count, destination, capacity, produced, &consumed);
}

hpo_inflate_result hpo_inflate_gzip(const uint8_t *source, size_t source_count, uint8_t *destination, size_t capacity,
                                    size_t *produced, size_t *consumed) {
  return inflate_stream(15 + 16, true, source, source_count, destination, capacity, produced, consumed);
}

hpo_inflate_result hpo_inflate_raw(const uint8_t *source, size_t source_count, uint8_t *destination, size_t capacity,
                                   size_t *produced) {
  size_t consumed;
  return inflate_stream(-15, false, source, source_count, destination, capacity, produced, &consumed);
}

uint32_t hpo_crc32(const uint8_t *bytes, size_t count) {
  return (uint32_t)crc32_z(crc32_z(0, Z_NULL, 0), bytes, count);
}
