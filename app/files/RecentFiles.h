// Files that were opened last.
#pragma once

#include <QString>
#include <QStringList>

namespace normscope::app {

/// Newest first, without repetitions. Kept in the user's settings, or in memory only.
class RecentFiles {
   public:
    static constexpr int most = 10;

    /// `remembered`: read and write the user's settings.
    explicit RecentFiles(bool remembered);

    const QStringList& paths() const { return m_paths; }
    void add(const QString& path);
    void clear();

   private:
    void keep() const;

    bool m_remembered;
    QStringList m_paths;
};

}  // namespace normscope::app
