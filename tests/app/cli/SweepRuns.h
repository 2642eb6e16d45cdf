// Small sweeps run as processes, for tests.
#pragma once

#include "tests/app/cli/CliRun.h"

#include <QDir>

namespace normscope::testing {

/// Eight runs of so many steps on small batches.
inline QByteArray eight_runs(int steps) {
    return R"({"schema": 1, "base": {"data": {"batch_size": 8}, "record": {"eval_every": 20, "eval_images": 40}},
        "steps": )" +
           QByteArray::number(steps) + R"(,
        "grid": {"model.norm.momentum": [0.01, 0.5], "data.batch_size": [4, 16], "seed": [1, 2]}})";
}

/// Everything two sweep folders must have in common: each run's files but for the clock, and the table.
inline bool same_results(const QString& a, const QString& b) {
    QStringList runs = QDir(a).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    if (runs.isEmpty() || runs != QDir(b).entryList(QDir::Dirs | QDir::NoDotAndDotDot)) return false;
    QStringList files{"/results.csv", "/sweep.json"};
    for (const QString& run : runs) {
        for (const char* name : {"recipe.json", "initial.safetensors", "final.safetensors", "history.csv"}) {
            files << '/' + run + '/' + name;
        }
    }
    for (const QString& file : files) {
        if (!bytes_of(a + file).isEmpty() && bytes_of(a + file) == bytes_of(b + file)) continue;
        qWarning("%s differs or is missing", qPrintable(file));
        return false;
    }
    return true;
}

inline QJsonObject summary_of(const QString& run_folder) {
    return json_of(bytes_of(run_folder + "/summary.json"));
}

}  // namespace normscope::testing
