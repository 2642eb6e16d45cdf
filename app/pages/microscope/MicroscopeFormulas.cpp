#include "app/pages/microscope/MicroscopeFormulas.h"

namespace normscope::app {

using widgets::FormulaBox;
using widgets::fraction;
using widgets::gap;
using widgets::root;
using widgets::row;
using widgets::term;

namespace {

FormulaBox op(const char* text) {
    return widgets::text(QString::fromUtf8(text));
}

}  // namespace

std::vector<FormulaBox> microscopeFormulas(std::size_t card, bool usesBatch, bool updates) {
    const char* mean = usesBatch ? "mu" : "rm";
    const char* var = usesBatch ? "var" : "rv";
    switch (card) {
        case 0:
            return {row({term("mu"), op("="), fraction(term("sum"), term("n")), gap(), term("var"), op("="),
                         fraction(term("squares"), term("n")), gap(), term("unbiased"), op("="),
                         fraction(term("squares"), term("n1"))})};
        case 1:
            return {row({term("x_hat"), op("="),
                         fraction(row({term("x"), op("−"), term(mean)}), root(row({term(var), op("+"), term("eps")}))),
                         gap(), term("inv_std"), op("="),
                         fraction(op("1"), root(row({term(var), op("+"), term("eps")})))})};
        case 2:
            return {row({term("y"), op("="), term("gamma"), op("·"), term("x_hat"), op("+"), term("beta"), gap(),
                         term("y_net")})};
        case 3:
            if (!updates)
                return {row({term("rm_new"), op("="), term("rm"), gap(), term("rv_new"), op("="), term("rv")})};
            return {row({term("rm_new"), op("="), term("1-m"), op("·"), term("rm"), op("+"), term("m"), op("·"),
                         term("mu")}),
                    row({term("rv_new"), op("="), term("1-m"), op("·"), term("rv"), op("+"), term("m"), op("·"),
                         term("unbiased")})};
        default:
            if (!usesBatch) {
                return {row({term("dx"), op("="), term("direct"), op("="), term("gamma"), op("·"), term("inv_std"),
                             op("·"), term("g")}),
                        row({term("mean_term"), gap(), term("projection")})};
            }
            return {row({term("dx"), op("="), term("direct"), op("+"), term("mean_term"), op("+"), term("projection"),
                         gap(), term("g")}),
                    row({op("direct = "), term("gamma"), op("·"), term("inv_std"), op("·"), term("g"), gap(),
                         op("mean term = −"), term("gamma"), op("·"), term("inv_std"), op("·"), term("dbeta"), op("/"),
                         term("n")}),
                    row({op("projection = −"), term("gamma"), op("·"), term("inv_std"), op("·"), term("x_hat"), op("·"),
                         term("dgamma"), op("/"), term("n"), gap(), op("with"), term("dbeta"), op("= Σg,"),
                         term("dgamma"), op("= Σg·x̂")})};
    }
}

}  // namespace normscope::app
