#include "app/cli/ProgressLine.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>

namespace normscope::cli {

ProgressLine::ProgressLine() : m_terminal(isatty(STDERR_FILENO) == 1) {}

ProgressLine::~ProgressLine() {
    if (m_terminal && m_drawn) std::cerr << '\n';
}

void ProgressLine::show(double share, const std::string& text) {
    share = std::clamp(share, 0.0, 1.0);
    if (!m_terminal) {
        const int tenth = static_cast<int>(share * 10);
        if (tenth == m_last_tenth) return;
        m_last_tenth = tenth;
        std::cerr << tenth * 10 << " %  " << text << '\n';
        return;
    }
    const auto now = std::chrono::steady_clock::now();
    if (share < 1 && now - m_last_draw < std::chrono::milliseconds(50)) return;
    m_last_draw = now;
    m_drawn = true;
    constexpr int width = 30;
    const int filled = static_cast<int>(share * width);
    std::string bar;
    for (int i = 0; i < width; ++i) bar += i < filled ? "█" : "░";
    std::cerr << '\r' << bar << "  " << text << "\x1b[K" << std::flush;
}

}  // namespace normscope::cli
