#include "app/pages/PageStack.h"

#include <QHBoxLayout>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace normscope::app {

PageStack::PageStack(const PageContext& context, QWidget* parent)
    : QWidget(parent), m_context(context), m_tabs(new QTabBar), m_stack(new QStackedWidget) {
    m_tabs->setObjectName(QStringLiteral("pageBar"));
    m_tabs->setAccessibleName(tr("Pages"));
    m_tabs->setDrawBase(false);
    m_tabs->setExpanding(false);
    m_tabs->setUsesScrollButtons(true);
    for (const PageEntry& entry : pageList()) {
        const int tab = m_tabs->addTab(entry.title);
        m_tabs->setTabToolTip(tab, entry.summary);
    }
    auto* row = new QHBoxLayout;
    row->setContentsMargins(16, 8, 16, 0);
    row->addWidget(m_tabs, 1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(row);
    column->addWidget(m_stack, 1);
    connect(m_tabs, &QTabBar::currentChanged, this, &PageStack::showIndex);
}

QString PageStack::currentName() const {
    const int index = m_tabs->currentIndex();
    return index < 0 ? QString() : pageList().at(static_cast<std::size_t>(index)).name;
}

Page* PageStack::currentPage() const {
    return qobject_cast<Page*>(m_stack->currentWidget());
}

Page* PageStack::page(const QString& name) {
    if (const auto made = m_pages.find(name); made != m_pages.end()) return made->second;
    const auto entry = std::ranges::find(pageList(), name, &PageEntry::name);
    if (entry == pageList().end()) return nullptr;
    Page* page = entry->make(m_context).release();
    if (page->whatsThis().isEmpty()) page->setWhatsThis(entry->summary);
    m_stack->addWidget(page);  // which owns it from now on
    m_pages.emplace(name, page);
    emit pageMade(page);
    return page;
}

void PageStack::showPage(const QString& name) {
    const auto entry = std::ranges::find(pageList(), name, &PageEntry::name);
    if (entry == pageList().end()) return;
    const auto index = static_cast<int>(entry - pageList().begin());
    if (m_tabs->currentIndex() == index) return showIndex(index);
    m_tabs->setCurrentIndex(index);
}

void PageStack::showIndex(int index) {
    if (index < 0) return;
    const QString& name = pageList().at(static_cast<std::size_t>(index)).name;
    m_stack->setCurrentWidget(page(name));
    emit currentChanged(name);
}

}  // namespace normscope::app
