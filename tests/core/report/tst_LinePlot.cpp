// Plots as SVG: well-formed, nothing outside, nothing invented.
#include "core/report/HeatMapPlot.h"
#include "core/report/LinePlot.h"

#include <QRegularExpression>
#include <QTest>
#include <QXmlStreamReader>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace normscope::report;

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

bool is_well_formed(const std::string& svg) {
    QXmlStreamReader reader(QByteArray::fromStdString(svg));
    while (!reader.atEnd()) reader.readNext();
    if (reader.hasError()) qWarning("%s", qPrintable(reader.errorString()));
    return !reader.hasError();
}

/// The path of the one curve of a plot, as pairs.
QList<QPointF> points_of(const std::string& svg) {
    const QRegularExpression line("class=.line.[^>]* d=.([^>]*)/>");
    const QRegularExpression point(R"([ML](-?[\d.]+) (-?[\d.]+))");
    QList<QPointF> points;
    auto matches = point.globalMatch(line.match(QString::fromStdString(svg)).captured(1));
    while (matches.hasNext()) {
        const auto match = matches.next();
        points << QPointF(match.captured(1).toDouble(), match.captured(2).toDouble());
    }
    return points;
}

}  // namespace

class tst_LinePlot : public QObject {
    Q_OBJECT

   private slots:
    void drawsValuesInProportion() {
        const LinePlot plot{.title = "t", .lines = {{.name = "a", .color = "#000", .x = {0, 1, 3}, .y = {0, 10, 5}}}};
        const std::string svg = svg_of(plot);
        QVERIFY(is_well_formed(svg));
        const auto points = points_of(svg);
        QCOMPARE(points.size(), 3);
        QVERIFY(std::abs((points[2].x() - points[0].x()) - 3 * (points[1].x() - points[0].x())) < 0.05);
        QVERIFY(std::abs((points[0].y() - points[1].y()) - 2 * (points[0].y() - points[2].y())) < 0.05);
        QVERIFY(points[1].y() < points[0].y());  // up is more
        for (const QPointF& point : points) QVERIFY(QRectF(0, 0, 640, 320).contains(point));
    }

    void logarithmsAndGaps() {
        const LinePlot plot{.lines = {{.name = "a", .color = "#000", .x = {0.01, 0.1, 1, 10}, .y = {1, none, 2, 3}}},
                            .log_x = true};
        const auto svg = QString::fromStdString(svg_of(plot));
        QVERIFY(is_well_formed(svg.toStdString()));
        const auto points = points_of(svg.toStdString());
        QCOMPARE(points.size(), 3);
        QVERIFY(std::abs((points[1].x() - points[0].x()) - 2 * (points[2].x() - points[1].x())) < 0.05);
        QCOMPARE(QRegularExpression(" d=\"M[^\"]*M").match(svg).hasMatch(), true);  // the pen is lifted at the gap
        // What a logarithm cannot show is left out.
        const LinePlot none{.lines = {{.name = "a", .color = "#000", .x = {-1, 0}, .y = {1, 2}}}, .log_x = true};
        QVERIFY(svg_of(none).find("nothing measured yet") != std::string::npos);
    }

    void survivesAnyValues() {
        const double huge = std::numeric_limits<double>::max(), infinite = std::numeric_limits<double>::infinity();
        for (const std::vector<double>& y :
             {std::vector<double>{}, {none}, {1}, {0, 0}, {infinite, 1}, {huge, -huge}, {1e-320, 2e-320}, {-5, -5}}) {
            for (const bool is_log : {false, true}) {
                LinePlot plot{.title = "<&\">", .log_y = is_log};
                PlotLine line{.name = "]]>", .color = "#000", .y = y, .low = y, .high = y};
                for (std::size_t i = 0; i < y.size(); ++i) line.x.push_back(static_cast<double>(i));
                plot.lines = {line, line};
                QVERIFY(is_well_formed(svg_of(plot)));
            }
        }
    }

    void roundNumbersCoverTheInterval() {
        QCOMPARE(round_numbers(0, 10, 5), (std::vector<double>{0, 2, 4, 6, 8, 10}));
        QCOMPARE(round_powers(0.5, 2000), (std::vector<double>{1, 10, 100, 1000}));
        QCOMPARE(round_powers(1, 10), (std::vector<double>{1, 2, 5, 10}));
        QCOMPARE(label_of(12000), "12000");
        QCOMPARE(label_of(0.05), "0.05");
        QCOMPARE(label_of(1e-5), "1e-05");
    }

    void thinsWithoutLosingExtremes() {
        PlotLine line{.name = "a", .color = "#000"};
        for (int i = 0; i < 10000; ++i) {
            line.x.push_back(i);
            line.y.push_back(i == 5003 ? 99 : i == 7001 ? -99 : std::sin(i));
        }
        const PlotLine thin = thinned(line, 200);
        QVERIFY(thin.x.size() <= 200 && std::ranges::is_sorted(thin.x));
        QVERIFY(std::ranges::count(thin.y, 99) == 1 && std::ranges::count(thin.y, -99) == 1);
        QCOMPARE(thinned(line, 20000).x.size(), std::size_t{10000});
    }

    void heatMapsSayTheirNumbers() {
        const HeatMapPlot plot{.title = "t & u",
                               .x = {"1", "2"},
                               .y = {"a"},
                               .cells = {{{.value = 0.125}, {.value = none, .note = "diverged", .hover = "<x>"}}}};
        const std::string svg = svg_of(plot);
        QVERIFY(is_well_formed(svg));
        QVERIFY(svg.find(">0.125<") != std::string::npos && svg.find(">diverged<") != std::string::npos);
        QVERIFY(is_well_formed(svg_of(HeatMapPlot{})));
    }
};

QTEST_APPLESS_MAIN(tst_LinePlot)
#include "tst_LinePlot.moc"
