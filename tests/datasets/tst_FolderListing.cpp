#include "datasets/FolderListing.h"
#include "tests/core/io/ErrorText.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <map>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace normscope;
using namespace normscope::datasets;
using normscope::testing::error_text;
namespace fs = std::filesystem;

class tst_FolderListing : public QObject {
    Q_OBJECT

   private slots:
    void init() {
        m_temporary = std::make_unique<QTemporaryDir>();
        m_root = fs::path(m_temporary->path().toStdString()) / "root";
        fs::create_directory(m_root);
    }
    // QTemporaryDir itself does not remove pipes.
    void cleanup() { fs::remove_all(m_temporary->path().toStdString()); }

    void classFolders() {
        for (const char* file : {"b/2", "b/10", "a/x", "a/deep/er/y", ".git/z", "a/.DS_Store", "a/Thumbs.db"})
            touch(file);
        const auto listing = list();
        QCOMPARE(listing.class_names, (std::vector<std::string>{"a", "b"}));
        QCOMPARE(text_of(listing), "a/x 0;a/deep/er/y 0;b/10 1;b/2 1;");
        QVERIFY(listing.report.skipped.empty());
        QVERIFY(listing.report.notes.empty());
    }

    void emptyAndSingleClasses() {
        touch("a/x");
        QVERIFY(notes(list()).find("There is only one class, \"a\"") != std::string::npos);
        fs::create_directory(m_root / "b");
        const auto listing = list();
        QCOMPARE(listing.class_names.size(), std::size_t{2});
        QVERIFY(notes(listing).find("The class \"b\" holds no file.") != std::string::npos);
    }

    void noClasses() {
        QVERIFY(refusal().find("has no class folders and no labels.csv.") != std::string::npos);
        touch("x.png");
        touch("y.png");
        const auto text = refusal();
        QVERIFY2(text.find("only 2 files. Put the images of each class") != std::string::npos, text.c_str());
        m_root /= "x.png";
        QVERIFY(refusal().find("is a regular file, not a folder") != std::string::npos);
        m_root += ".missing";
        QVERIFY(refusal().find("there is no such file") != std::string::npos);
    }

    void strayFilesAreListed() {
        touch("a/x");
        touch("readme.txt");
        QCOMPARE(reasons(list())["readme.txt"], "it is in no class folder");
    }

    void longAndStrangeNames() {
        const std::string longest(255, 'n');
        const std::string wide = "日本語 Äpfel 🐈";
        const std::string broken = "bad\xff";
        const std::string other = "bad\xfe";
        const std::string breaks = "line\nbreak";
        for (const auto& name : {longest, wide, broken, other, breaks}) touch(name + "/x");
        const auto listing = list();
        QCOMPARE(listing.class_names, (std::vector<std::string>{"bad?", "bad? (2)", "line?break", longest, wide}));
        QCOMPARE(listing.images.size(), std::size_t{5});
    }

    void pipesSocketsAndDevicesAreSkipped() {
        touch("a/x");
        QCOMPARE(::mkfifo((m_root / "a/pipe.png").c_str(), 0600), 0);
        QCOMPARE(::mkfifo((m_root / "pipe").c_str(), 0600), 0);
        fs::create_symlink("pipe.png", m_root / "a/link to pipe");
        auto found = reasons(list());
        QCOMPARE(found["a/pipe.png"], "it is a pipe (FIFO), not a regular file");
        QCOMPARE(found["a/link to pipe"], "it is a pipe (FIFO), not a regular file");
        QCOMPARE(found["pipe"], "it is a pipe (FIFO), not a regular file");
        QCOMPARE(list().images.size(), std::size_t{1});
    }

    void linksStayInside() {
        touch("a/x");
        touch("../outside/secret");
        fs::create_symlink("/etc/passwd", m_root / "a/passwd");
        fs::create_symlink("../../outside", m_root / "a/out");
        fs::create_symlink("../outside", m_root / "class outside");
        fs::create_symlink("nowhere", m_root / "a/broken");
        fs::create_symlink("x", m_root / "a/same");
        const auto listing = list();
        auto found = reasons(listing);
        for (const char* name : {"a/passwd", "a/out", "class outside"}) {
            QCOMPARE(found[name], "it is a symbolic link that leaves the folder");
        }
        QCOMPARE(found["a/broken"], "it is a symbolic link that leads nowhere");
        QCOMPARE(text_of(listing), "a/same 0;a/x 0;");
        // A neighbour whose name begins alike is outside.
        fs::create_directory(m_root.parent_path() / "root2");
        fs::create_symlink("../root2", m_root / "b");
        QCOMPARE(reasons(list())["b"], "it is a symbolic link that leaves the folder");
    }

    void loopsEnd() {
        touch("a/x");
        touch("b/y");
        fs::create_symlink(".", m_root / "a/self");
        fs::create_symlink("..", m_root / "a/up");
        fs::create_symlink("../b", m_root / "a/b");
        fs::create_symlink("../a", m_root / "b/a");
        fs::create_symlink("loop", m_root / "a/loop");
        const auto listing = list();
        auto found = reasons(listing);
        QCOMPARE(found["a/self"], "it is a symbolic link to a folder that it is in itself");
        QCOMPARE(found["a/up"], "it is a symbolic link to a folder that it is in itself");
        QCOMPARE(found["a/loop"], "its symbolic links lead in a circle");
        QVERIFY(listing.images.size() < 10);
        // A root that is a link itself is fine.
        fs::create_symlink("root", m_root.parent_path() / "link");
        QCOMPARE(list_folder(m_root.parent_path() / "link").train.images.size(), listing.images.size());
    }

    void manyLinksStayManageable() {
        // Each of 30 folders links to all others: as many paths as atoms in the universe, and 30 folders.
        for (int i = 0; i < 30; ++i) touch("c" + std::to_string(i) + "/x");
        for (int i = 0; i < 30; ++i) {
            for (int j = 0; j < 30; ++j) {
                fs::create_symlink("../c" + std::to_string(j), m_root / ("c" + std::to_string(i)) / std::to_string(j));
            }
        }
        QVERIFY(list().images.size() <= 60);
    }

    void deepNesting() {
        fs::path deep = m_root / "a";
        for (int i = 0; i < 40; ++i) deep /= "d";
        fs::create_directories(deep);
        const auto skipped = list().report.skipped;
        QCOMPARE(skipped.size(), std::size_t{1});
        QCOMPARE(skipped[0].reason, "it is nested too deeply");
    }

    void trainAndTestFolders() {
        touch("train/cat/1");
        touch("train/dog/2");
        touch("Test/dog/3");
        touch("Test/fox/4");
        touch("val/eel/6");
        touch("val/dog/5");
        touch("stray");
        const auto listings = list_folder(m_root);
        QVERIFY(listings.eval.has_value());
        QCOMPARE(listings.train.class_names, (std::vector<std::string>{"cat", "dog", "eel"}));
        QCOMPARE(listings.eval->class_names, listings.train.class_names);
        QCOMPARE(text_of(listings.train), "train/cat/1 0;train/dog/2 1;");
        QCOMPARE(text_of(*listings.eval), "val/dog/5 1;val/eel/6 2;");
        QVERIFY(notes(listings.train).find("Test\" is not used") != std::string::npos);
        QCOMPARE(reasons(listings.train)["stray"], "it is in no class folder");
    }

    void trainIsAClassAmongOthers() {
        touch("train/1");
        touch("plane/2");
        QCOMPARE(list().class_names, (std::vector<std::string>{"plane", "train"}));
        fs::remove_all(m_root / "plane");
        touch("test/2");  // no classes inside
        QCOMPARE(list().class_names, (std::vector<std::string>{"test", "train"}));
    }

    void labelsFile() {
        for (const char* file : {"1.png", "2.png", "deep/3.png", "unnamed.png"}) touch(file);
        touch("../outside/secret");
        fs::create_symlink("../outside/secret", m_root / "link.png");
        write("labels.csv",
              "filename,label\n2.png,dog\n1.png,cat\ndeep/3.png,dog\nmissing.png,cat\n../outside/secret,cat\n"
              "/etc/passwd,cat\nlink.png,cat\n1.png,dog\n");
        const auto listing = list();
        QCOMPARE(listing.class_names, (std::vector<std::string>{"cat", "dog"}));
        QCOMPARE(text_of(listing), "1.png 0;2.png 1;deep/3.png 1;");
        auto found = reasons(listing);
        QCOMPARE(found["missing.png"], "there is no such file (line 5 of labels.csv)");
        QCOMPARE(found["unnamed.png"], "it is not named in labels.csv");
        QCOMPARE(found["1.png"], "it is named a second time (line 9 of labels.csv)");
        const auto leaving =
            std::count_if(listing.report.skipped.begin(), listing.report.skipped.end(),
                          [](auto& file) { return file.reason.find("leaves the folder") != std::string::npos; });
        QCOMPARE(leaving, 4);  // the link is reported by the walk, too
        write("labels.csv", "1.png,cat\n\"2.png,dog\n");
        QVERIFY2(refusal().find("labels.csv\", line 2: a quoted cell does not end.") != std::string::npos,
                 refusal().c_str());
    }

    void hundredThousandFiles() {
        // In memory where there is such a folder: a disk needs a minute to make and remove so many files.
        if (fs::is_directory("/dev/shm")) {
            m_temporary = std::make_unique<QTemporaryDir>("/dev/shm/tst_FolderListing-XXXXXX");
            m_root = m_temporary->path().toStdString();
        }
        for (int c = 0; c < 10; ++c) {
            const fs::path folder = m_root / std::to_string(c);
            fs::create_directory(folder);
            const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY);
            for (int i = 0; i < 10'000; ++i) {
                ::close(::openat(descriptor, std::to_string(i).c_str(), O_WRONLY | O_CREAT, 0600));
            }
            ::close(descriptor);
        }
        std::int64_t calls = 0;
        LoadOptions options;
        options.progress = [&](const LoadProgress&) { ++calls; };
        QElapsedTimer time;
        time.start();
        const auto listing = list_folder(m_root, options).train;
        qInfo("listed in %lld ms", static_cast<long long>(time.elapsed()));
        QCOMPARE(listing.images.size(), std::size_t{100'000});
        QVERIFY(calls > 100);
        std::stop_source source;
        source.request_stop();
        options.stop = source.get_token();
        QVERIFY(!error_text<LoadCancelled>([&] { list_folder(m_root, options); }).empty());
    }

   private:
    FolderListing list() const { return list_folder(m_root).train; }
    std::string refusal() const {
        return error_text([&] { list(); });
    }
    void write(const fs::path& file, const std::string& text) const {
        fs::create_directories((m_root / file).parent_path());
        std::ofstream(m_root / file, std::ios::binary) << text;
    }
    void touch(const fs::path& file) const { write(file, ""); }
    std::string text_of(const FolderListing& listing) const {
        std::string text;
        for (const auto& image : listing.images) {
            text += fs::path(image.path).lexically_relative(m_root).native() + ' ' + std::to_string(image.label) + ';';
        }
        return text;
    }
    std::map<std::string, std::string> reasons(const FolderListing& listing) const {
        std::map<std::string, std::string> result;
        for (const auto& file : listing.report.skipped) {
            result[file.path.lexically_relative(m_root).native()] = file.reason;
        }
        return result;
    }
    static std::string notes(const FolderListing& listing) {
        std::string text;
        for (const auto& note : listing.report.notes) text += note + ' ';
        return text;
    }

    std::unique_ptr<QTemporaryDir> m_temporary;
    fs::path m_root;
};

QTEST_APPLESS_MAIN(tst_FolderListing)
#include "tst_FolderListing.moc"
