#include "datasets/ShapeDrawing.h"

#include <opencv2/imgproc.hpp>

#include <array>
#include <cmath>
#include <span>

namespace normscope::datasets {
namespace {

constexpr int samples = 4;          // points a pixel in each direction
constexpr int fraction_bits = 4;    // of coordinates given to OpenCV
constexpr double ring_hole = 0.55;  // of the radius
constexpr double bite = 0.85;       // radius of what a crescent lacks
constexpr double bite_offset = 0.5;

struct Corner {
    double x;
    double y;
};

// Corners at distance 1 at most, y downwards. sin and cos of multiples of 36° and 60° are written out.
constexpr std::array square{Corner{-0.8, -0.8}, Corner{0.8, -0.8}, Corner{0.8, 0.8}, Corner{-0.8, 0.8}};
constexpr std::array triangle{Corner{0, -1}, Corner{0.8660254037844386, 0.5}, Corner{-0.8660254037844386, 0.5}};
constexpr double inner = 0.42;  // radius of a star's inner corners
constexpr double s1 = 0.5877852522924731, c1 = 0.8090169943749475, s2 = 0.9510565162951535, c2 = 0.3090169943749474;
constexpr std::array star{Corner{0, -1},    Corner{inner * s1, -inner* c1},
                          Corner{s2, -c2},  Corner{inner * s2, inner* c2},
                          Corner{s1, c1},   Corner{0, inner},
                          Corner{-s1, c1},  Corner{-inner * s2, inner* c2},
                          Corner{-s2, -c2}, Corner{-inner * s1, -inner* c1}};
constexpr double arm = 0.32;  // half the width of a cross's arms
constexpr double tip = 0.94;
constexpr std::array cross{Corner{-arm, -tip}, Corner{arm, -tip}, Corner{arm, -arm},  Corner{tip, -arm},
                           Corner{tip, arm},   Corner{arm, arm},  Corner{arm, tip},   Corner{-arm, tip},
                           Corner{-arm, arm},  Corner{-tip, arm}, Corner{-tip, -arm}, Corner{-arm, -arm}};
constexpr std::array hexagon{Corner{1, 0},  Corner{0.5, 0.8660254037844386},   Corner{-0.5, 0.8660254037844386},
                             Corner{-1, 0}, Corner{-0.5, -0.8660254037844386}, Corner{0.5, -0.8660254037844386}};

/// Draws on a canvas of `samples` points a pixel.
class Canvas {
   public:
    Canvas(const ShapePlace& place, int size)
        : m_place(place), m_points(size * samples, size * samples, CV_8UC1, cv::Scalar(0)) {}

    void polygon(std::span<const Corner> corners) {
        std::vector<cv::Point> points;
        points.reserve(corners.size());
        for (const Corner& corner : corners) points.push_back(fixed_point(corner));
        cv::fillPoly(m_points, std::vector<std::vector<cv::Point>>{points}, cv::Scalar(255), cv::LINE_8, fraction_bits);
    }

    void circle(const Corner& centre, double radius, int value) {
        const int fixed = static_cast<int>(std::lround(radius * m_place.radius * samples * (1 << fraction_bits)));
        cv::circle(m_points, fixed_point(centre), fixed, cv::Scalar(value), cv::FILLED, cv::LINE_8, fraction_bits);
    }

    std::vector<std::uint8_t> coverage() const {
        cv::Mat pixels;
        cv::resize(m_points, pixels, {m_points.cols / samples, m_points.rows / samples}, 0, 0, cv::INTER_AREA);
        return {pixels.datastart, pixels.dataend};
    }

   private:
    cv::Point fixed_point(const Corner& corner) const {
        const double x = m_place.x + m_place.radius * (m_place.cosine * corner.x - m_place.sine * corner.y);
        const double y = m_place.y + m_place.radius * (m_place.sine * corner.x + m_place.cosine * corner.y);
        // Point (i, j) of the canvas is the middle of a square of 1/samples pixel.
        const auto fixed = [](double pixels) {
            return static_cast<int>(std::lround((pixels * samples - 0.5) * (1 << fraction_bits)));
        };
        return {fixed(x), fixed(y)};
    }

    ShapePlace m_place;
    cv::Mat m_points;
};

}  // namespace

std::vector<std::uint8_t> shape_coverage(std::size_t kind, const ShapePlace& place, int size) {
    Canvas canvas(place, size);
    switch (kind) {
        case 0: canvas.circle({0, 0}, 0.95, 255); break;
        case 1: canvas.polygon(square); break;
        case 2: canvas.polygon(triangle); break;
        case 3: canvas.polygon(star); break;
        case 4: canvas.polygon(cross); break;
        case 5:
            canvas.circle({0, 0}, 0.98, 255);
            canvas.circle({0, 0}, ring_hole, 0);
            break;
        case 6: canvas.polygon(hexagon); break;
        default:
            canvas.circle({0, 0}, 1, 255);
            canvas.circle({bite_offset, 0}, bite, 0);
            break;
    }
    return canvas.coverage();
}

}  // namespace normscope::datasets
