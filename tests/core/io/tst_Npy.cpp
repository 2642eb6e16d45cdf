// Arrays as NumPy reads them.
#include "core/io/Npy.h"
#include "core/io/ReadFile.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <array>
#include <limits>
#include <stdexcept>

using namespace normscope::io;

class tst_Npy : public QObject {
    Q_OBJECT

   private slots:
    /// numpy.save of float32 [[1, 2, 3], [-0.5, inf, nan]], byte for byte.
    void writesWhatNumPyWrites() {
        const std::array values{1.0F, 2.0F, 3.0F, -0.5F, std::numeric_limits<float>::infinity(), std::nanf("")};
        const auto bytes = npy_bytes(values, std::array<std::int64_t, 2>{2, 3});
        QByteArray expected("\x93NUMPY\x01\x00\x76\x00", 10);
        expected += QByteArray("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }").leftJustified(117) + '\n';
        expected += QByteArray::fromHex(
            "0000803f"
            "00000040"
            "00004040"
            "000000bf"
            "0000807f"
            "0000c07f");
        QCOMPARE(QByteArray(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())),
                 expected);
    }

    void alignsTheValues_data() {
        QTest::addColumn<QList<qint64>>("dims");
        QTest::addColumn<QByteArray>("shape");
        QTest::newRow("scalar") << QList<qint64>{} << QByteArray("()");
        QTest::newRow("vector") << QList<qint64>{7} << QByteArray("(7,)");
        QTest::newRow("empty") << QList<qint64>{0, 10} << QByteArray("(0, 10)");
        QTest::newRow("four") << QList<qint64>{2, 1, 3, 4} << QByteArray("(2, 1, 3, 4)");
    }
    void alignsTheValues() {
        QFETCH(QList<qint64>, dims);
        QFETCH(QByteArray, shape);
        const std::vector<std::int64_t> sizes(dims.begin(), dims.end());
        std::size_t count = 1;
        for (const auto size : sizes) count *= static_cast<std::size_t>(size);
        const auto bytes = npy_bytes(std::vector<float>(count), sizes);
        QVERIFY((bytes.size() - 4 * count) % 64 == 0);
        const auto text = as_text(bytes);
        QVERIFY(text.find("'shape': " + shape.toStdString() + ", }") != text.npos);
        QCOMPARE(text[bytes.size() - 4 * count - 1], '\n');
    }

    void refusesAnotherNumberOfValues() {
        const std::vector<float> values(6);
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, npy_bytes(values, std::array<std::int64_t, 2>{2, 4}));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, npy_bytes(values, std::array<std::int64_t, 2>{-2, -3}));
    }

    void isReadByNumPy() {
        QTemporaryDir folder;
        const QString path = folder.filePath("values.npy");
        std::vector<float> values(20);
        for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i) / 3;
        write_npy(path.toStdString(), values, std::array<std::int64_t, 2>{4, 5});
        QProcess python;
        python.start("python3", {"-c",
                                 "import sys\n"
                                 "try: import numpy\n"
                                 "except ImportError: sys.exit(77)\n"
                                 "a = numpy.load(sys.argv[1])\n"
                                 "assert a.dtype == numpy.float32 and a.shape == (4, 5) and a.flags.c_contiguous\n"
                                 "assert a[3, 4] == numpy.float32(19) / numpy.float32(3)\n",
                                 path});
        if (!python.waitForStarted() || !python.waitForFinished(60000)) QSKIP("there is no Python");
        if (python.exitCode() == 77) QSKIP("there is no NumPy");
        QVERIFY2(python.exitCode() == 0, python.readAllStandardError());
    }
};

QTEST_APPLESS_MAIN(tst_Npy)
#include "tst_Npy.moc"
