// Fetching memory before it is needed.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace normscope::kernels {

/// Pieces of memory that will be read or written soon. Convolutions ask for some of it now and then while they compute:
/// a batch does not fit the cache, and what the next images need arrives while these keep the processor busy. Changes
/// no result.
class Prefetch {
   public:
    /// The pieces added last are fetched first. At most `capacity`.
    void add(const float* values, std::int64_t count) { m_pieces[m_count++] = {values, count}; }
    void clear() { m_count = 0; }

    /// Asks for the next few cache lines; does not wait for them.
    void fetch_some() {
        for (std::int64_t left = lines_at_once * floats_of_line; m_count > 0 && left > 0;) {
            Piece& piece = m_pieces[m_count - 1];
            const std::int64_t count = std::min(piece.count, left);
            for (std::int64_t i = 0; i < count; i += floats_of_line) __builtin_prefetch(piece.next + i, 0, 2);
            piece.next += count;
            piece.count -= count;
            left -= count;
            if (piece.count == 0) --m_count;
        }
    }

    static constexpr std::size_t capacity = 4;

   private:
    static constexpr std::int64_t floats_of_line = 16;
    static constexpr std::int64_t lines_at_once = 32;  ///< about what a core can have on its way

    struct Piece {
        const float* next;
        std::int64_t count;
    };
    std::array<Piece, capacity> m_pieces;
    std::size_t m_count = 0;
};

}  // namespace normscope::kernels
