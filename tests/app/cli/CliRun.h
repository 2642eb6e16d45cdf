// normscope-cli as a process, for tests.
#pragma once

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>

namespace normscope::testing {

struct CliResult {
    int code;  ///< −1 if it did not end by itself
    QByteArray output;
    QByteArray errors;
};

inline CliResult run_cli(const QStringList& arguments) {
    QProcess process;
    process.start(NORMSCOPE_CLI, arguments);
    const bool ended = process.waitForFinished(300000);
    const int code = ended && process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
    return {code, process.readAllStandardOutput(), process.readAllStandardError()};
}

inline QByteArray bytes_of(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

inline bool write_bytes(const QString& path, const QByteArray& bytes) {
    QFile file(path);
    return file.open(QIODevice::WriteOnly | QIODevice::Truncate) && file.write(bytes) == bytes.size();
}

inline QJsonObject json_of(const QByteArray& text) {
    return QJsonDocument::fromJson(text).object();
}

}  // namespace normscope::testing
