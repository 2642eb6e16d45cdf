#include "app/files/RecentFiles.h"

#include <QFileInfo>
#include <QSettings>

namespace normscope::app {
namespace {

const auto key = QStringLiteral("files/recent");

}  // namespace

RecentFiles::RecentFiles(bool remembered) : m_remembered(remembered) {
    if (m_remembered) m_paths = QSettings().value(key).toStringList().mid(0, most);
}

void RecentFiles::add(const QString& path) {
    const QString absolute = QFileInfo(path).absoluteFilePath();
    m_paths.removeAll(absolute);
    m_paths.prepend(absolute);
    while (m_paths.size() > most) m_paths.removeLast();
    keep();
}

void RecentFiles::clear() {
    m_paths.clear();
    keep();
}

void RecentFiles::keep() const {
    if (m_remembered) QSettings().setValue(key, m_paths);
}

}  // namespace normscope::app
