#include "core/random/RandomStream.h"

#include <Random123/philox.h>

#include <numeric>
#include <utility>

namespace normscope {
namespace {

/// FNV-1a, 64 bits.
std::uint64_t hash_of(std::string_view name, std::uint64_t number) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    const auto add = [&hash](unsigned char byte) { hash = (hash ^ byte) * 0x100000001b3U; };
    for (const char letter : name) add(static_cast<unsigned char>(letter));
    for (int shift = 0; shift < 64; shift += 8) add(static_cast<unsigned char>(number >> shift));
    return hash;
}

std::uint32_t low(std::uint64_t value) {
    return static_cast<std::uint32_t>(value);
}
std::uint32_t high(std::uint64_t value) {
    return static_cast<std::uint32_t>(value >> 32U);
}

}  // namespace

RandomStream::RandomStream(std::uint64_t seed, std::string_view name, std::uint64_t number)
    : m_seed(seed), m_stream(hash_of(name, number)) {}

void RandomStream::refill() {
    const r123::Philox4x32::ctr_type counter{{low(m_block), high(m_block), low(m_stream), high(m_stream)}};
    const r123::Philox4x32::key_type key{{low(m_seed), high(m_seed)}};
    const auto values = r123::Philox4x32()(counter, key);
    for (std::size_t i = 0; i < m_values.size(); ++i) m_values[i] = values[i];
    ++m_block;
    m_used = 0;
}

std::uint32_t RandomStream::next() {
    if (m_used == m_values.size()) refill();
    return m_values[m_used++];
}

float RandomStream::uniform() {
    return static_cast<float>(next() >> 8U) * 0x1p-24F;
}

std::uint32_t RandomStream::below(std::uint32_t bound) {
    // Lemire 2019: multiply, and reject the few low products that would favour small results.
    std::uint64_t product = std::uint64_t{next()} * bound;
    if (low(product) < bound) {
        const std::uint32_t threshold = (0U - bound) % bound;
        while (low(product) < threshold) product = std::uint64_t{next()} * bound;
    }
    return high(product);
}

std::vector<std::int64_t> permutation(std::int64_t count, RandomStream stream) {
    std::vector<std::int64_t> order(static_cast<std::size_t>(count));
    std::iota(order.begin(), order.end(), 0);
    for (std::size_t i = order.size(); i > 1; --i) {
        std::swap(order[i - 1], order[stream.below(static_cast<std::uint32_t>(i))]);
    }
    return order;
}

}  // namespace normscope
