#include "core/io/ReadFile.h"
#include "datasets/FolderSpec.h"
#include "datasets/LabelsCsv.h"
#include "datasets/ShapesSpec.h"
#include "datasets/TwoFiles.h"
#include "tests/fuzz/Expectations.h"
#include "tests/fuzz/TargetFunctions.h"

namespace normscope::testing {

void run_labels_csv(Bytes bytes) {
    std::vector<datasets::LabelRow> rows;
    if (!accepted([&] { rows = datasets::parse_labels_csv(io::as_text(bytes), "\"labels.csv\""); })) return;
    for (const auto& row : rows) {
        require(!row.file.empty() && !row.label.empty(), "a row without a file or a label");
        require(row.line >= 1 && row.line <= bytes.size() + 1, "a line that is not there");
    }
    require(datasets::sorted_labels(rows).size() <= rows.size(), "more labels than rows");
}

void run_spec(Bytes bytes) {
    const auto text = io::as_text(bytes);
    accepted([&] {
        const auto shapes = datasets::parse_shapes(text, text);
        const auto values = static_cast<double>(shapes.images + shapes.eval_images) *
                            static_cast<double>(shapes.size * shapes.size * shapes.channels);
        require(values <= static_cast<double>(datasets::max_shapes_bytes), "more pixels than allowed");
        require(shapes.train.noise >= 0 && shapes.train.noise <= 1, "noise out of range");
    });
    accepted([&] {
        const auto folder = datasets::parse_folder_spec(text, text);
        require(folder.target.size >= 8 && folder.target.size <= 512, "size out of range");
    });
    accepted([&] {
        const auto files = datasets::split_two_files(text, text, "idx:IMAGES,LABELS");
        require(!files.images.empty() && !files.labels.empty(), "a file without a name");
    });
}

Seeds labels_csv_seeds() {
    return {"filename,label\na.png,cat\nb.png,dog\n",
            "a.png,1\r\n\"b, \"\"c\"\".png\",2\r\n",
            "\xEF\xBB\xBFid,class,image\n1,x,a.png\n",
            "a.png\n",
            "\"a.png,1\n",
            "filename,label\n\n a.png , \xC3\xA9\n"};
}

Seeds spec_seeds() {
    return {"images=2000,size=32,noise=0.05",
            "images=10,eval_images=0,eval_brightness=-0.5,channels=1,classes=8,seed=18446744073709551615",
            "photos?size=32&fit=stretch&color=grey&seed=3",
            "a,b",
            "a?b=c",
            "size=1e3",
            "size=32,size=32"};
}

}  // namespace normscope::testing
