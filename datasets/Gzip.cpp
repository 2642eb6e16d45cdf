#include "datasets/Gzip.h"

#include "core/Error.h"

#include <algorithm>
#include <array>
#include <limits>
#include <new>
#include <string>

#include <zlib.h>

namespace normscope::datasets {
namespace {

constexpr int gzip_only = 16 + MAX_WBITS;

/// Reads the uncompressed bytes of a gzip stream piece by piece.
class Inflater {
   public:
    Inflater(std::span<const std::byte> bytes, std::string_view name) : m_rest(bytes), m_name(name) {
        if (inflateInit2(&m_stream, gzip_only) != Z_OK) throw std::bad_alloc();
    }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
    ~Inflater() { inflateEnd(&m_stream); }

    /// Fills `target`; returns the bytes written, fewer only at the stream's proper end.
    std::size_t read(std::span<std::byte> target) {
        std::size_t done = 0;
        while (done < target.size() && !m_ended) done += step(target.subspan(done));
        return done;
    }

   private:
    static uInt clamped(std::size_t size) {
        return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
    }

    std::size_t step(std::span<std::byte> target) {
        const uInt in = clamped(m_rest.size());
        const uInt out = clamped(target.size());
        // zlib does not write to its input; the member is not const for old compilers.
        m_stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(m_rest.data()));
        m_stream.avail_in = in;
        m_stream.next_out = reinterpret_cast<Bytef*>(target.data());
        m_stream.avail_out = out;
        const int result = inflate(&m_stream, Z_NO_FLUSH);
        m_rest = m_rest.subspan(in - m_stream.avail_in);
        const std::size_t written = out - m_stream.avail_out;
        if (result == Z_STREAM_END) {
            start_next_member();
        } else if (result == Z_MEM_ERROR) {
            throw std::bad_alloc();
        } else if (result != Z_OK && result != Z_BUF_ERROR) {
            refuse(m_stream.msg ? "its compressed data is damaged (" + std::string(m_stream.msg) + ")"
                                : "its compressed data is damaged");
        } else if (written == 0 && m_rest.empty()) {
            refuse("its compressed data is cut; the end is missing");
        }
        return written;
    }

    void start_next_member() {
        if (m_rest.empty()) {
            m_ended = true;
        } else if (!is_gzip(m_rest)) {
            refuse(std::to_string(m_rest.size()) + " bytes follow the end of its compressed data");
        } else {
            inflateReset(&m_stream);
        }
    }

    [[noreturn]] void refuse(const std::string& reason) const {
        throw InputError("Could not unpack " + m_name + ": " + reason + '.');
    }

    z_stream m_stream{};
    std::span<const std::byte> m_rest;
    std::string m_name;
    bool m_ended = false;
};

/// Length of the whole stream, checked to its end without keeping it.
std::uint64_t unpacked_size(std::span<const std::byte> bytes, std::uint64_t most, std::string_view name) {
    Inflater inflater(bytes, name);
    std::vector<std::byte> scratch(64U << 10);
    std::uint64_t size = 0;
    while (true) {
        const std::uint64_t allowed = most - size;
        const std::size_t wanted = allowed < scratch.size() ? static_cast<std::size_t>(allowed) + 1 : scratch.size();
        const std::size_t count = inflater.read(std::span(scratch).first(wanted));
        size += count;
        if (size > most) {
            throw InputError("Could not unpack " + std::string(name) + ": it unpacks to more than the " +
                             std::to_string(most) + " bytes it should have.");
        }
        if (count < wanted) return size;
    }
}

}  // namespace

bool is_gzip(std::span<const std::byte> bytes) {
    return bytes.size() >= 2 && bytes[0] == std::byte{0x1F} && bytes[1] == std::byte{0x8B};
}

std::vector<std::byte> inflate_start(std::span<const std::byte> bytes, std::size_t count, std::string_view name) {
    std::vector<std::byte> start(count);
    if (is_gzip(bytes)) {
        start.resize(Inflater(bytes, name).read(start));
    } else {
        start.resize(std::min(count, bytes.size()));
        std::copy_n(bytes.begin(), start.size(), start.begin());
    }
    return start;
}

std::vector<std::byte> inflate_if_gzip(std::vector<std::byte> bytes, std::uint64_t most, std::string_view name,
                                       std::uint64_t least) {
    if (!is_gzip(bytes)) return bytes;
    const std::uint64_t size = unpacked_size(bytes, most, name);
    if (size < least) {
        throw InputError("Could not unpack " + std::string(name) + ": it is cut; it unpacks to only " +
                         std::to_string(size) + " of the " + std::to_string(least) + " bytes it should have.");
    }
    std::vector<std::byte> unpacked(static_cast<std::size_t>(size));
    Inflater(bytes, name).read(unpacked);
    return unpacked;
}

}  // namespace normscope::datasets
