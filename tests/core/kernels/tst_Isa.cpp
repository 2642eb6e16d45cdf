#include "core/kernels/Correlation.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/kernels/KernelTest.h"

#include <QTest>

#include <stdexcept>

using namespace normscope;
using namespace normscope::kernels;
using namespace normscope::testing;

class tst_Isa : public QObject {
    Q_OBJECT

   private slots:
    void startsWithTheBest() { QCOMPARE(current_isa(), available_isas().front()); }

    void usesTheOneAskedFor() {
        for (const std::string& isa : available_isas()) {
            const WithIsa use(QString::fromStdString(isa));
            QCOMPARE(current_isa(), isa);
            if (isa == "AVX-512") QCOMPARE(vector_lanes(), 16);
            if (isa == "AVX2") QCOMPARE(vector_lanes(), 8);
            if (isa == "SSE4" || isa == "NEON") QCOMPARE(vector_lanes(), 4);
        }
        startsWithTheBest();
    }

    void refusesUnknownOnes() {
        const std::string text = error_text<std::invalid_argument>([] { use_isa("MMX"); });
        QVERIFY(text.starts_with("there is no instruction set 'MMX'; this processor has: "));
        QVERIFY(text.ends_with(available_isas().back()));
    }
};

QTEST_APPLESS_MAIN(tst_Isa)
#include "tst_Isa.moc"
