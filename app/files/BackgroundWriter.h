// Files written off the GUI thread.
#pragma once

#include <QByteArray>
#include <QObject>
#include <QString>
#include <QThreadPool>

#include <functional>

namespace normscope::app {

/// Writes one file after the other with the one atomic writer. The destructor waits for what is queued.
class BackgroundWriter : public QObject {
    Q_OBJECT

   public:
    explicit BackgroundWriter(QObject* parent = nullptr);
    ~BackgroundWriter() override;

    /// Returns at once; written() or failed() tells how it went.
    void write(const QString& path, const QByteArray& bytes);
    /// The same with bytes that are made on the writer's thread; `make` may throw.
    void write(const QString& path, std::function<QByteArray()> make);
    /// Until everything queued is on the disk. For programs that end, not for the window.
    void waitForDone() { m_thread.waitForDone(); }

   signals:
    void written(const QString& path);
    void failed(const QString& sentence);

   private:
    QThreadPool m_thread;
};

}  // namespace normscope::app
