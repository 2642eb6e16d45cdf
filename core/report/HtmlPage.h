// One HTML file that needs nothing else: styles, texts and plots are in it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace normscope::report {

/// Gathers sections; all texts are escaped here, SVG is taken as it is.
class HtmlPage {
   public:
    explicit HtmlPage(std::string title) : m_title(std::move(title)) {}

    void paragraph(std::string_view text);
    /// Begins one; an empty heading shows none.
    void section(std::string_view heading);
    /// The first column is a heading of its row; `headings` may be empty.
    void table(const std::vector<std::string>& headings, const std::vector<std::vector<std::string>>& rows);
    /// A table with a coloured word in front of each text.
    void verdicts(const std::vector<std::pair<std::string, std::string>>& words_and_texts);
    void plot(const std::string& svg);
    void preformatted(std::string_view text);

    /// UTF-8, valid as XML too. Prints on paper without cutting plots.
    std::string html() const;

   private:
    void open();
    void close();

    std::string m_title;
    std::string m_body;
    bool m_is_open = false;
};

}  // namespace normscope::report
