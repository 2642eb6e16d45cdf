#include "core/io/NpyReader.h"
#include "core/io/ReadFile.h"
#include "datasets/Cifar.h"
#include "datasets/Gzip.h"
#include "datasets/IdxReader.h"
#include "datasets/NpyDataset.h"
#include "tests/core/io/NpyBytes.h"
#include "tests/datasets/GzipBytes.h"
#include "tests/datasets/IdxBytes.h"
#include "tests/fuzz/Expectations.h"
#include "tests/fuzz/TargetFunctions.h"

#include <algorithm>
#include <cmath>

namespace normscope::testing {
namespace {

constexpr std::int64_t most_values = 4096;

std::vector<std::byte> copy_of(Bytes bytes) {
    return {bytes.begin(), bytes.end()};
}

void read_images(Bytes bytes, const io::NpyHeader& header) {
    const auto layout = datasets::npy_layout(header, "file");
    const auto& dims = layout.dims;
    if (header.type.kind != io::NpyKind::floating && header.type != io::NpyType{}) return;
    if (dims[0] > most_values || dims[1] * dims[2] * dims[3] > most_values) return;
    const datasets::NpyDataset data("file", copy_of(bytes), header, layout,
                                    std::vector<std::int32_t>(static_cast<std::size_t>(dims[0])), {"0"});
    std::vector<float> pixels(static_cast<std::size_t>(dims[1] * dims[2] * dims[3]));
    data.read_image(0, pixels);
    data.read_image(data.size() - 1, pixels);
}

void read_values(Bytes bytes, const io::NpyHeader& header) {
    for (std::size_t at = header.header_size; at < bytes.size(); at += header.type.size) {
        io::npy_number(bytes.data() + at, header.type);
        if (header.type.kind != io::NpyKind::floating) io::npy_integer(bytes.data() + at, header.type);
    }
}

}  // namespace

void run_npy(Bytes bytes) {
    accepted([&] {
        const auto header = io::parse_npy_header(bytes.first(std::min(bytes.size(), io::max_npy_header)), "file");
        require(header.header_size <= bytes.size(), "a header that is longer than the file");
        io::check_npy_size(header, bytes.size(), "file");
        require(header.file_size == bytes.size(), "another size than that of the file was accepted");
        read_values(bytes, header);
        const bool empty = std::find(header.dims.begin(), header.dims.end(), 0) != header.dims.end();
        io::npy_strides(header);
        if (!empty) read_images(bytes, header);
    });
}

void run_idx(Bytes bytes) {
    accepted([&] {
        const auto size =
            datasets::idx_file_size(bytes.first(std::min(bytes.size(), datasets::max_idx_header)), "file");
        const auto array = datasets::parse_idx(bytes, "file");
        require(size == bytes.size(), "another size than that of the file was accepted");
        std::uint64_t product = 1;
        for (const auto dim : array.dims) product *= static_cast<std::uint64_t>(dim);
        require(product == array.values.size(), "dimensions and values disagree");
        require(array.values.size() <= bytes.size(), "values reach beyond the file");
    });
}

void run_gzip(Bytes bytes) {
    constexpr std::uint64_t most = 1U << 20;
    constexpr std::size_t start_size = 16;
    std::vector<std::byte> start;
    std::vector<std::byte> all;
    const bool starts = accepted([&] { start = datasets::inflate_start(bytes, start_size, "\"file\""); });
    if (!accepted([&] { all = datasets::inflate_if_gzip(copy_of(bytes), most, "\"file\""); })) return;
    require(starts, "all of it was unpacked, but not its start");
    require(start.size() == std::min(all.size(), start_size) && std::equal(start.begin(), start.end(), all.begin()),
            "the start is not that of the whole");
    require(all.size() <= most || !datasets::is_gzip(bytes), "more was unpacked than allowed");
}

void run_cifar(Bytes bytes) {
    for (const auto kind : {datasets::CifarKind::cifar10, datasets::CifarKind::cifar100}) {
        accepted([&] {
            const auto images = datasets::unpack_cifar(copy_of(bytes), kind, "\"file\"");
            require(images.pixels.size() == images.labels.size() * 3072, "pixels and labels disagree");
        });
    }
}

Seeds npy_seeds() {
    return {npy_bytes(npy_header("|u1", "2, 3, 2"), "abcdefghijkl"),
            npy_bytes(npy_header("<f4", "1, 3, 2, 2"), std::string(48, '\1')),
            npy_bytes(npy_header(">f8", "2, 2", true), std::string(32, '\7'), 2),
            npy_bytes(npy_header("<i8", "3,"), std::string(24, '\0'), 3),
            npy_bytes(npy_header("|b1", ""), "\1"),
            npy_bytes(npy_header("|O", "1,"), "x"),
            npy_bytes(npy_header("<u2", "4294967296, 4294967296"), "")};
}

Seeds idx_seeds() {
    return {idx_images(3), idx_labels({0, 1, 2}), idx_header({0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}),
            idx_header({2}, '\x0D')};
}

Seeds gzip_seeds() {
    const std::string whole = packed("Twenty bytes or more of text, more of text, more of text.");
    return {whole,      whole + whole,        whole + "x", "not packed", packed(std::string(1U << 16, '\0')),
            packed(""), packed(idx_images(3))};
}

Seeds cifar_seeds() {
    std::string ten(3073, '\x55');
    ten[0] = '\3';
    std::string hundred(3074, '\x55');
    hundred[0] = '\3';
    hundred[1] = '\x63';
    return {ten, hundred, ten + ten, ten.substr(1)};
}

}  // namespace normscope::testing
