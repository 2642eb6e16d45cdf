#include "app/unattended/HtmlReport.h"

#include "core/telemetry/Hyperparameter.h"
#include "widgets/controls/SpecText.h"

#include <QCoreApplication>

namespace normscope::app {

using telemetry::Statistic;

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("HtmlReport", text);
}

QString row(const QString& name, const QString& value) {
    return QStringLiteral("<tr><th>%1</th><td>%2</td></tr>\n").arg(name.toHtmlEscaped(), value.toHtmlEscaped());
}

QString table(const QString& title, const QString& rows) {
    return QStringLiteral("<section><h2>%1</h2>\n<table>\n%2</table></section>\n").arg(title.toHtmlEscaped(), rows);
}

constexpr auto style = R"(
body { font: 15px/1.5 Inter, system-ui, sans-serif; color: #171B21; background: #F4F5F8; margin: 0; }
main { max-width: 960px; margin: 0 auto; padding: 32px 24px; }
h1 { font-size: 26px; margin: 0; } h2 { font-size: 16px; margin: 0 0 8px; } p { color: #58616E; }
section { background: #FFF; border: 1px solid #DFE3EA; border-radius: 10px; padding: 16px 20px; margin: 16px 0; }
table { border-collapse: collapse; } th { text-align: left; font-weight: 500; padding: 3px 32px 3px 0; }
td { font-family: "JetBrains Mono", monospace; font-size: 13px; } img { width: 100%; }
pre { font: 12px/1.5 "JetBrains Mono", monospace; overflow: auto; margin: 0; }
)";

}  // namespace

void HtmlReport::addPlot(const QString& title, const QByteArray& svg) {
    m_plots.emplace_back(title, svg);
}

QString HtmlReport::results() const {
    const auto percent = [this](Statistic statistic) {
        const auto series = m_run.store()->schema().find(statistic);
        const auto last = series ? m_run.store()->series(*series).last() : std::nullopt;
        return last ? QStringLiteral("%1 %").arg(100 * last->maximum, 0, 'f', 1) : tr("not measured");
    };
    const auto& snapshot = m_run.snapshot();
    QString rows = row(tr("Steps"), QString::number(snapshot.step.value));
    rows += row(tr("Epochs"), QString::number(snapshot.epoch));
    rows += row(tr("Accuracy on held-out images, eval mode"), percent(Statistic::eval_accuracy));
    rows += row(tr("Accuracy on held-out images, train mode"), percent(Statistic::eval_accuracy_train_mode));
    const auto loss = m_run.store()->series(*m_run.store()->schema().find(Statistic::loss)).last();
    if (loss) rows += row(tr("Training loss of the last batch"), QString::number(loss->maximum, 'g', 4));
    rows += row(tr("Speed"), tr("%1 images/s").arg(qRound(snapshot.images_per_second)));
    return table(tr("Results"), rows);
}

QString HtmlReport::settings() const {
    const auto& description = *m_run.description();
    QString rows = row(tr("Data"), QString::fromStdString(description.data_name));
    rows += row(tr("Network"), QString::fromStdString(description.model_name));
    for (const auto& spec : telemetry::hyperparameter_specs()) {
        const double value = description.hyperparameters.at(std::string(spec.key));
        rows += row(widgets::translatedSpec(spec.name), QString::fromStdString(telemetry::format_value(spec, value)));
    }
    return table(tr("Settings at the start"), rows);
}

QString HtmlReport::events() const {
    if (m_run.events().empty()) return {};
    QString rows;
    for (const auto& event : m_run.events()) {
        rows += row(tr("after step %1").arg(event.step.value),
                    QStringLiteral("%1: %2 → %3")
                        .arg(QString::fromStdString(event.key), QString::fromStdString(event.old_value),
                             QString::fromStdString(event.new_value)));
    }
    return table(tr("Changes during the run"), rows);
}

QString HtmlReport::plots() const {
    QString text;
    for (const auto& [title, svg] : m_plots) {
        text += QStringLiteral("<section><img alt=\"%1\" src=\"data:image/svg+xml;base64,%2\"></section>\n")
                    .arg(title.toHtmlEscaped(), QString::fromLatin1(svg.toBase64()));
    }
    return text;
}

QByteArray HtmlReport::html() const {
    const auto& description = *m_run.description();
    const QString title =
        QStringLiteral("NormScope · %1 · %2")
            .arg(QString::fromStdString(description.data_name), QString::fromStdString(description.model_name));
    const QString recipe = QStringLiteral("<section><h2>%1</h2><pre>%2</pre></section>")
                               .arg(tr("Recipe"), QString::fromStdString(description.recipe_json).toHtmlEscaped());
    const QString intro =
        tr("In train mode batch normalization uses the statistics of the batch (orange), in eval mode "
           "the running averages it has collected (blue).");
    return (QStringLiteral("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>") +
            title.toHtmlEscaped() + QStringLiteral("</title><style>") + QString::fromLatin1(style) +
            QStringLiteral("</style></head><body><main><h1>") + title.toHtmlEscaped() + QStringLiteral("</h1><p>") +
            intro.toHtmlEscaped() + QStringLiteral("</p>\n") + results() + plots() + settings() + events() + recipe +
            QStringLiteral("</main></body></html>\n"))
        .toUtf8();
}

}  // namespace normscope::app
