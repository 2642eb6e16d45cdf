#include "datasets/FolderListing.h"

#include "core/Error.h"
#include "core/io/MessageText.h"
#include "core/io/ReadFile.h"
#include "datasets/FolderWalk.h"
#include "datasets/LabelsCsv.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <set>
#include <system_error>

namespace normscope::datasets {
namespace {

namespace fs = std::filesystem;

constexpr auto csv_name = "labels.csv";
constexpr std::uint64_t max_csv_bytes = 256ULL << 20;
constexpr std::size_t shown_name = 80;

/// Names as class names: UTF-8 without control characters, and all different.
std::vector<std::string> fit_to_show(std::vector<std::string> names) {
    std::set<std::string> taken;
    for (auto& name : names) {
        constexpr std::size_t quotes = 2;
        name = io::in_quotes(name, name.size() + quotes);
        name = name.substr(1, name.size() - quotes);
        const std::string shown = name;
        for (int i = 2; !taken.insert(name).second; ++i) name = shown + " (" + std::to_string(i) + ')';
    }
    return names;
}

void check_class_count(const fs::path& folder, std::size_t count) {
    if (count <= max_folder_classes) return;
    throw InputError(io::in_quotes(folder.native()) + " holds " + std::to_string(count) + " classes, and at most " +
                     std::to_string(max_folder_classes) + " are read.");
}

void note_odd_classes(FolderListing& listing) {
    std::vector<std::int64_t> counts(listing.class_names.size(), 0);
    for (const auto& image : listing.images) ++counts[static_cast<std::size_t>(image.label)];
    for (std::size_t i = 0; i < counts.size(); ++i) {
        if (counts[i] > 0) continue;
        listing.report.notes.push_back("The class " + io::in_quotes(listing.class_names[i], shown_name) +
                                       " holds no file.");
    }
    if (listing.class_names.size() == 1) {
        listing.report.notes.push_back("There is only one class, " + io::in_quotes(listing.class_names[0], shown_name) +
                                       ", so there is nothing to tell apart.");
    }
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return text;
}

struct Halves {
    fs::path train;
    fs::path eval;
    std::vector<fs::path> unused;
};

/// The folders of a set that is split already; nothing if one of them is something else.
std::optional<Halves> halves_of(const std::vector<fs::path>& folders) {
    constexpr std::array<std::string_view, 5> eval_names{"val", "valid", "validation", "test", "eval"};
    Halves halves;
    std::map<std::size_t, fs::path> evals;  // by preference
    for (const auto& folder : folders) {
        const std::string name = lower(folder.filename().native());
        const auto found = std::find(eval_names.begin(), eval_names.end(), name);
        if (name == "train" && halves.train.empty()) {
            halves.train = folder;
        } else if (found == eval_names.end() || !evals.emplace(found - eval_names.begin(), folder).second) {
            return std::nullopt;
        }
    }
    if (halves.train.empty() || evals.empty()) return std::nullopt;
    for (const auto& [preference, folder] : evals) {
        if (halves.eval.empty()) {
            halves.eval = folder;
        } else {
            halves.unused.push_back(folder);
        }
    }
    return halves;
}

FolderListing list_classes(FolderWalk& walk, const FolderContents& contents, LoadReport& report) {
    FolderListing listing;
    for (const auto& file : contents.files) walk.skip(file, "it is in no class folder");
    for (std::size_t i = 0; i < contents.folders.size(); ++i) {
        listing.class_names.push_back(contents.folders[i].filename().native());
        for (auto& file : walk.all_files(contents.folders[i])) {
            listing.images.push_back({file.native(), static_cast<std::int32_t>(i)});
        }
    }
    listing.report = std::move(report);
    return listing;
}

/// Gives both halves the classes of either.
void share_classes(FolderListing& a, FolderListing& b) {
    std::vector<std::string> all = a.class_names;
    all.insert(all.end(), b.class_names.begin(), b.class_names.end());
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    for (FolderListing* listing : {&a, &b}) {
        for (auto& image : listing->images) {
            const auto& name = listing->class_names[static_cast<std::size_t>(image.label)];
            image.label = static_cast<std::int32_t>(std::lower_bound(all.begin(), all.end(), name) - all.begin());
        }
        listing->class_names = all;
    }
}

void finish(const fs::path& folder, FolderListing& listing) {
    check_class_count(folder, listing.class_names.size());
    listing.class_names = fit_to_show(std::move(listing.class_names));
    note_odd_classes(listing);
}

FolderListing list_half(const fs::path& folder, const LoadOptions& options) {
    LoadReport report;
    FolderWalk walk(folder, options, report);
    const FolderContents contents = walk.contents(folder);
    return list_classes(walk, contents, report);
}

bool has_folders(const fs::path& folder, const LoadOptions& options) {
    LoadReport ignored;
    FolderWalk walk(folder, options, ignored);
    return !walk.contents(folder).folders.empty();
}

FolderListings list_halves(const fs::path& folder, const Halves& halves, const LoadOptions& options) {
    FolderListings listings{list_half(halves.train, options), list_half(halves.eval, options)};
    share_classes(listings.train, *listings.eval);
    finish(folder, listings.train);
    finish(folder, *listings.eval);
    for (const auto& unused : halves.unused) {
        listings.train.report.notes.push_back("The folder " + io::in_quotes(unused.native()) + " is not used; " +
                                              io::in_quotes(halves.eval.native()) + " is what is measured.");
    }
    return listings;
}

/// True if the name stays in the folder as written; links are looked at later.
bool is_plain_relative(const fs::path& name) {
    return name.is_relative() && std::none_of(name.begin(), name.end(), [](const auto& part) { return part == ".."; });
}

FolderListing list_by_csv(const fs::path& folder, FolderWalk& walk, const FolderContents& contents,
                          LoadReport& report) {
    const fs::path csv = folder / csv_name;
    const auto bytes = io::read_file(csv, max_csv_bytes);
    const auto rows = parse_labels_csv(io::as_text(bytes), io::in_quotes(csv.native()));
    FolderListing listing;
    listing.class_names = sorted_labels(rows);
    check_class_count(folder, listing.class_names.size());
    std::map<std::string, std::int32_t> label_of;
    for (const auto& name : listing.class_names) label_of.emplace(name, static_cast<std::int32_t>(label_of.size()));
    std::set<fs::path> named;
    for (const auto& row : rows) {
        const fs::path path = (folder / row.file).lexically_normal();
        const std::string line = " (line " + std::to_string(row.line) + " of labels.csv)";
        std::error_code error;
        if (!is_plain_relative(row.file)) {
            walk.skip(path, "its name leaves the folder" + line);
        } else if (!named.insert(path).second) {
            walk.skip(path, "it is named a second time" + line);
        } else if (!fs::exists(path, error)) {
            walk.skip(path, "there is no such file" + line);
        } else if (!walk.is_inside(path)) {
            walk.skip(path, "it is a symbolic link that leaves the folder" + line);
        } else {
            listing.images.push_back({path.native(), label_of[row.label]});
        }
    }
    for (const auto& file : contents.files) {
        if (file.filename() != csv_name && !named.contains(file.lexically_normal())) {
            walk.skip(file, "it is not named in labels.csv");
        }
    }
    std::stable_sort(listing.images.begin(), listing.images.end(),
                     [](const ListedImage& a, const ListedImage& b) { return a.label < b.label; });
    listing.report = std::move(report);
    return listing;
}

}  // namespace

FolderListings list_folder(const fs::path& folder, const LoadOptions& options) {
    LoadReport report;
    FolderWalk walk(folder, options, report);
    const FolderContents contents = walk.contents(folder);
    const auto is_csv = [](const fs::path& file) { return file.filename() == csv_name; };
    if (std::any_of(contents.files.begin(), contents.files.end(), is_csv)) {
        FolderListings listings{list_by_csv(folder, walk, contents, report), std::nullopt};
        finish(folder, listings.train);
        return listings;
    }
    if (const auto halves = halves_of(contents.folders)) {
        if (has_folders(halves->train, options) && has_folders(halves->eval, options)) {
            for (const auto& file : contents.files) walk.skip(file, "it is in no class folder");
            FolderListings listings = list_halves(folder, *halves, options);
            auto& skipped = listings.train.report.skipped;
            skipped.insert(skipped.begin(), report.skipped.begin(), report.skipped.end());
            return listings;
        }
    }
    if (contents.folders.empty()) {
        throw InputError(
            io::in_quotes(folder.native()) + " has no class folders and no labels.csv" +
            (contents.files.empty() ? "." : ", only " + std::to_string(contents.files.size()) + " files.") +
            " Put the images of each class into a sub-folder of its own, or add a labels.csv with the "
            "columns filename and label.");
    }
    FolderListings listings{list_classes(walk, contents, report), std::nullopt};
    finish(folder, listings.train);
    return listings;
}

}  // namespace normscope::datasets
