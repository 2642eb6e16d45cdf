#include "app/palette/FuzzyMatch.h"

#include <QStringList>

#include <algorithm>
#include <vector>

namespace normscope::app {
namespace {

constexpr int letter = 1;
constexpr int inARow = 4;
constexpr int beginsWord = 6;
constexpr int whole = 20;

bool isWordStart(const QString& text, qsizetype at) {
    if (at == 0) return true;
    const QChar before = text[at - 1];
    return !before.isLetterOrNumber() || (text[at].isUpper() && before.isLower());
}

/// The best way to lay a word's letters over the text, by dynamic programming over (letter, position).
std::optional<int> scoreOfWord(const QString& word, const QString& text) {
    const QString lower = text.toLower();
    if (word.size() > lower.size()) return std::nullopt;
    constexpr int none = -1;
    std::vector<int> ending(std::size_t(lower.size()), none);  // best with the letter so far at this position
    for (qsizetype i = 0; i < word.size(); ++i) {
        std::vector<int> next(ending.size(), none);
        int before = i == 0 ? 0 : none;  // best of the letters so far, ending before this position
        for (qsizetype at = 0; at < lower.size(); ++at) {
            const int adjacent = i > 0 && at > 0 ? ending[std::size_t(at - 1)] : none;
            if (lower[at] == word[i]) {
                const int here = letter + (isWordStart(text, at) ? beginsWord : 0);
                if (before != none) next[std::size_t(at)] = before + here;
                if (adjacent != none) next[std::size_t(at)] = std::max(next[std::size_t(at)], adjacent + here + inARow);
            }
            if (i > 0) before = std::max(before, ending[std::size_t(at)]);
        }
        ending = std::move(next);
    }
    const int best = *std::max_element(ending.begin(), ending.end());
    if (best == none) return std::nullopt;
    return best + (lower.contains(word) ? whole : 0);
}

}  // namespace

std::optional<int> fuzzyScore(const QString& query, const QString& text) {
    int sum = 0;
    const QStringList words = query.toLower().split(QLatin1Char(' '), Qt::SkipEmptyParts);
    if (words.isEmpty()) return 0;
    for (const QString& word : words) {
        const auto score = scoreOfWord(word, text);
        if (!score) return std::nullopt;
        sum += *score;
    }
    return 16 * sum - static_cast<int>(std::min<qsizetype>(text.size(), 100));
}

}  // namespace normscope::app
