#include "app/files/BackgroundWriter.h"

#include "core/io/AtomicFile.h"

#include <exception>
#include <string_view>
#include <utility>

namespace normscope::app {

BackgroundWriter::BackgroundWriter(QObject* parent) : QObject(parent) {
    m_thread.setMaxThreadCount(1);
}

BackgroundWriter::~BackgroundWriter() {
    m_thread.waitForDone();
}

void BackgroundWriter::write(const QString& path, const QByteArray& bytes) {
    write(path, [bytes] { return bytes; });
}

void BackgroundWriter::write(const QString& path, std::function<QByteArray()> make) {
    // Signals emitted on the worker thread are queued to receivers on the GUI thread.
    m_thread.start([this, path, make = std::move(make)] {
        try {
            const QByteArray bytes = make();
            io::write_file(path.toStdString(),
                           std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())));
            emit written(path);
        } catch (const std::exception& error) {
            emit failed(QString::fromUtf8(error.what()));
        }
    });
}

}  // namespace normscope::app
