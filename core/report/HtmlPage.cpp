#include "core/report/HtmlPage.h"

#include "core/report/Svg.h"

namespace normscope::report {
namespace {

constexpr std::string_view style = R"(
body { font: 15px/1.5 Inter, system-ui, sans-serif; color: #171B21; background: #F4F5F8; margin: 0; }
main { max-width: 960px; margin: 0 auto; padding: 32px 24px; }
h1 { font-size: 26px; margin: 0 0 8px; } h2 { font-size: 17px; margin: 0 0 8px; }
section { background: #FFF; border: 1px solid #DFE3EA; border-radius: 10px; padding: 16px 20px; margin: 16px 0; }
table { border-collapse: collapse; margin: 4px 0; }
th { text-align: left; font-weight: 500; padding: 3px 24px 3px 0; vertical-align: top; }
td { font-family: "JetBrains Mono", ui-monospace, monospace; font-size: 13px; padding: 3px 16px 3px 0; vertical-align: top; }
thead th { border-bottom: 1px solid #DFE3EA; }
pre { font: 12px/1.5 "JetBrains Mono", ui-monospace, monospace; overflow: auto; margin: 0; }
.wide { overflow-x: auto; }
.verdict { display: inline-block; border: 1.5px solid; border-radius: 6px; padding: 0 8px; font-weight: 600; white-space: nowrap; }
.reproduced { color: #00664A; } .not { color: #A03F00; } .inconclusive { color: #4B5563; }
svg { width: 100%; height: auto; } svg text { font-family: Inter, system-ui, sans-serif; fill: #171B21; }
svg .title { font-size: 14px; font-weight: 600; } svg .tick { font-size: 11.5px; } svg .label { font-size: 12px; }
svg .grid { stroke: #E5E8EE; } svg .axis { stroke: #7A828E; }
svg .line { fill: none; stroke-width: 1.8; stroke-linejoin: round; } svg .band { opacity: 0.18; }
@media print { body { background: #FFF; } main { max-width: none; padding: 0; }
  section { border: none; padding: 8px 0; break-inside: avoid; } section.long { break-inside: auto; } svg { break-inside: avoid; } }
)";

}  // namespace

void HtmlPage::open() {
    if (!m_is_open) m_body += "<section>\n";
    m_is_open = true;
}

void HtmlPage::close() {
    if (m_is_open) m_body += "</section>\n";
    m_is_open = false;
}

void HtmlPage::paragraph(std::string_view text) {
    m_body += "<p>" + escaped(text) + "</p>\n";
}

void HtmlPage::section(std::string_view heading) {
    close();
    open();
    if (!heading.empty()) m_body += "<h2>" + escaped(heading) + "</h2>\n";
}

void HtmlPage::table(const std::vector<std::string>& headings, const std::vector<std::vector<std::string>>& rows) {
    m_body += "<div class=\"wide\"><table>\n";
    if (!headings.empty()) {
        m_body += "<thead><tr>";
        for (const std::string& heading : headings) m_body += "<th>" + escaped(heading) + "</th>";
        m_body += "</tr></thead>\n";
    }
    m_body += "<tbody>\n";
    for (const auto& row : rows) {
        m_body += "<tr>";
        for (std::size_t i = 0; i < row.size(); ++i) {
            m_body += (i == 0 ? "<th>" : "<td>") + escaped(row[i]) + (i == 0 ? "</th>" : "</td>");
        }
        m_body += "</tr>\n";
    }
    m_body += "</tbody></table></div>\n";
}

void HtmlPage::verdicts(const std::vector<std::pair<std::string, std::string>>& words_and_texts) {
    for (const auto& [word, text] : words_and_texts) {
        m_body +=
            "<p><span class=\"verdict " + escaped(word) + "\">" + escaped(word) + "</span> " + escaped(text) + "</p>\n";
    }
}

void HtmlPage::plot(const std::string& svg) {
    m_body += svg;
}

void HtmlPage::preformatted(std::string_view text) {
    m_body += "<pre>" + escaped(text) + "</pre>\n";
}

std::string HtmlPage::html() const {
    return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>"
           "<meta name=\"viewport\" content=\"width=device-width\"/><title>" +
           escaped(m_title) + "</title><style>" + std::string(style) + "</style></head><body><main><h1>" +
           escaped(m_title) + "</h1>\n" + m_body + (m_is_open ? "</section>\n" : "") + "</main></body></html>\n";
}

}  // namespace normscope::report
