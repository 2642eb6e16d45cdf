// The tabs of the workspace and the page they show.
#pragma once

#include "app/pages/PageList.h"

#include <QTabBar>
#include <QWidget>

#include <map>

class QLabel;
class QStackedWidget;

namespace normscope::app {

/// Makes a page when it is first shown.
class PageStack : public QWidget {
    Q_OBJECT

   public:
    explicit PageStack(const PageContext& context, QWidget* parent = nullptr);

    QString currentName() const;
    Page* currentPage() const;
    /// Makes the page if it has not been shown yet; null if there is none of that name.
    Page* page(const QString& name);
    QTabBar* tabs() const { return m_tabs; }

   public slots:
    /// Nothing happens if there is no page of that name.
    void showPage(const QString& name);

   signals:
    void pageMade(normscope::app::Page* page);
    void currentChanged(const QString& name);

   private:
    void showIndex(int index);

    PageContext m_context;
    QTabBar* m_tabs;
    QStackedWidget* m_stack;
    std::map<QString, Page*> m_pages;
};

}  // namespace normscope::app
