// Progress on standard error.
#pragma once

#include <chrono>
#include <string>

namespace normscope::cli {

/// A bar that redraws itself on a terminal; elsewhere a line every ten percent.
class ProgressLine {
   public:
    ProgressLine();
    /// Ends the bar's line.
    ~ProgressLine();
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    /// `share` 0 … 1; `text` stands behind the bar.
    void show(double share, const std::string& text);

    bool is_terminal() const { return m_terminal; }

   private:
    bool m_terminal;
    bool m_drawn = false;
    int m_last_tenth = -1;
    std::chrono::steady_clock::time_point m_last_draw;
};

}  // namespace normscope::cli
