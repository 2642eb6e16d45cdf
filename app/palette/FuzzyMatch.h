// How well a text answers to what was typed.
#pragma once

#include <QString>

#include <optional>

namespace normscope::app {

/// Letters of each word typed must occur in order, ignoring case; more is better: whole words, beginnings of words,
/// letters in a row, short texts. Nothing if they do not occur; 0 for an empty query.
std::optional<int> fuzzyScore(const QString& query, const QString& text);

}  // namespace normscope::app
