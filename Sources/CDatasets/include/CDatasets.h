/// Data sets embedded in the binary, and the zlib calls that unpack them.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// The packed file of the UCI handwritten digits (Digits/pack_digits.py says how it is laid out).
///
/// @param count receives the number of bytes
/// @return the first byte; the memory lives as long as the process
const uint8_t *_Nonnull hpo_digits_packed(size_t *_Nonnull count);

/// The diabetes data as a CSV file compressed by gzip (Diabetes/README.md tells their origin).
///
/// @param count receives the number of bytes
/// @return the first byte; the memory lives as long as the process
const uint8_t *_Nonnull hpo_diabetes_csv(size_t *_Nonnull count);

/// How hpo_inflate() ended.
typedef enum {
  /// The stream was complete, and its own checksum was right.
  HPO_INFLATE_DONE = 0,
  /// The stream stopped before its end.
  HPO_INFLATE_TRUNCATED,
  /// The stream is none, or its checksum is wrong.
  HPO_INFLATE_CORRUPT,
  /// The stream holds more than the destination takes.
  HPO_INFLATE_TOO_LARGE,
  /// There was no memory for the decompressor.
  HPO_INFLATE_NO_MEMORY,
  /// Behind the last whole member there are bytes that begin no other one.
  HPO_INFLATE_TRAILING,
} hpo_inflate_result;

/// Inflates a gzip file of one member or several, one after the other, into memory of the caller's (RFC 1952, section 2.2).
///
/// @param source the file
/// @param source_count its bytes
/// @param destination where the result goes; null to look whether the file is whole, and keep nothing
/// @param capacity the bytes that the destination takes, or that there may be
/// @param produced receives the number of bytes written
/// @param consumed receives the number of bytes read until the end, or until what is wrong
hpo_inflate_result hpo_inflate_gzip(const uint8_t *_Nonnull source, size_t source_count,
                                    uint8_t *_Nullable destination, size_t capacity, size_t *_Nonnull produced, size_t *_Nonnull consumed);

/// Inflates one zlib or gzip stream into memory of the caller's, never writing beyond it.
///
/// @param source the stream
/// @param source_count its bytes
/// @param destination where the result goes
/// @param capacity the bytes that the destination takes
/// @param produced receives the number of bytes written
hpo_inflate_result hpo_inflate(const uint8_t *_Nonnull source, size_t source_count, uint8_t *_Nonnull destination,
                               size_t capacity, size_t *_Nonnull produced);

/// As hpo_inflate(), of a stream without a header, as members of ZIP archives are; it has no checksum of its own.
hpo_inflate_result hpo_inflate_raw(const uint8_t *_Nonnull source, size_t source_count, uint8_t *_Nonnull destination,
                                   size_t capacity, size_t *_Nonnull produced);

/// The CRC-32 of `count` bytes (the polynomial of zlib and gzip).
uint32_t hpo_crc32(const uint8_t *_Nonnull bytes, size_t count);
