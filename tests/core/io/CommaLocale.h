// For tests: a process whose numbers have decimal commas.
#pragma once

#include <QProcess>
#include <QTemporaryDir>

#include <clocale>
#include <locale>

namespace normscope::testing {

/// While it lives, C++ streams and (where German is installed or can be made with localedef) C functions write 0,5.
class CommaLocale {
   public:
    CommaLocale() : m_old(std::locale::global(std::locale(std::locale::classic(), new CommaNumbers))) {
        m_in_c = std::setlocale(LC_ALL, name) || make_locale();
    }
    ~CommaLocale() {
        std::locale::global(m_old);
        std::setlocale(LC_ALL, "C");
        qunsetenv("LOCPATH");
    }
    CommaLocale(const CommaLocale&) = delete;
    CommaLocale& operator=(const CommaLocale&) = delete;

    /// False if only C++ streams are affected.
    bool is_in_c() const { return m_in_c; }

   private:
    struct CommaNumbers : std::numpunct<char> {
        char do_decimal_point() const override { return ','; }
        char do_thousands_sep() const override { return '.'; }
        std::string do_grouping() const override { return "\3"; }
    };

    bool make_locale() {
        QProcess::execute("localedef", {"-i", "de_DE", "-f", "UTF-8", m_folder.filePath(name)});
        qputenv("LOCPATH", m_folder.path().toLocal8Bit());
        return std::setlocale(LC_ALL, name) != nullptr;
    }

    static constexpr auto name = "de_DE.UTF-8";
    QTemporaryDir m_folder;
    std::locale m_old;
    bool m_in_c = false;
};

}  // namespace normscope::testing
