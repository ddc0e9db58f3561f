#include "net/gzip.h"

#include <zlib.h>

#include "base/assert.h"

namespace vigie::net {

namespace {
constexpr int kAutoDetect = 32 + MAX_WBITS;
constexpr int kGzip = 16 + MAX_WBITS;
constexpr int kRaw = -MAX_WBITS;
constexpr size_t kPieceBytes = 16 << 10;
}  // namespace

struct Inflater::Impl {
  z_stream stream{};
  bool started = false;
  bool at_end = true;
  std::string first;  // Until two bytes tell the format.

  ~Impl() {
    if (started) { inflateEnd(&stream); }
  }

  /// RFC 1950 wants a header of two bytes whose number is a multiple of 31; many servers leave it
  /// out of "deflate".
  static bool has_header(std::string_view bytes) {
    const unsigned a = static_cast<unsigned char>(bytes[0]);
    const unsigned b = static_cast<unsigned char>(bytes[1]);
    return (a == 0x1f && b == 0x8b) || ((a & 15) == 8 && (a * 256 + b) % 31 == 0);
  }

  Status inflate_piece(std::string& out, size_t out_max) {
    char piece[kPieceBytes];
    stream.next_out = reinterpret_cast<Bytef*>(piece);
    stream.avail_out = sizeof piece;
    const int code = inflate(&stream, Z_NO_FLUSH);
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
      return error(Code::invalid, "the compressed data is broken");
    }
    const size_t got = sizeof piece - stream.avail_out;
    if (got > out_max - out.size()) {
      return error(Code::exhausted, "the decompressed data is too large");
    }
    out.append(piece, got);
    if (code != Z_STREAM_END) { return ok(); }
    at_end = true;
    if (stream.avail_in == 0) { return ok(); }
    if (inflateReset(&stream) != Z_OK) {
      return error(Code::invalid, "the compressed data is broken");
    }
    at_end = false;
    return ok();
  }
};

Inflater::Inflater() : impl_(std::make_unique<Impl>()) {}
Inflater::~Inflater() = default;

Status Inflater::add(std::string_view bytes, std::string& out, size_t out_max) {
  if (bytes.empty()) { return ok(); }
  Impl& in = *impl_;
  if (!in.started) {
    in.first.append(bytes);
    in.at_end = false;
    if (in.first.size() < 2) { return ok(); }
    const int window = Impl::has_header(in.first) ? kAutoDetect : kRaw;
    if (inflateInit2(&in.stream, window) != Z_OK) {
      return error(Code::exhausted, "no memory to decompress");
    }
    in.started = true;
    bytes = in.first;
  } else if (in.at_end) {
    if (inflateReset(&in.stream) != Z_OK) {
      return error(Code::invalid, "the compressed data is broken");
    }
  }
  in.at_end = false;
  in.stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  in.stream.avail_in = static_cast<uInt>(bytes.size());
  do {
    VIGIE_CHECK(in.inflate_piece(out, out_max));
  } while (in.stream.avail_in > 0 || in.stream.avail_out == 0);
  if (!in.first.empty()) { std::string().swap(in.first); }
  return ok();
}

bool Inflater::complete() const {
  return impl_->at_end;
}

std::string gzip_compress(std::string_view bytes, int level) {
  z_stream stream{};
  const int started = deflateInit2(&stream, level, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY);
  ASSERT(started == Z_OK, "no memory to compress: {}", started);
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int ended = deflate(&stream, Z_FINISH);
  ASSERT(ended == Z_STREAM_END, "compression stopped: {}", ended);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace vigie::net
