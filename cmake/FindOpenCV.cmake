# OpenCV 4 by its headers and libraries: Debian's packages of single modules (libopencv-core-dev …) have no
# OpenCVConfig.cmake, and the one package that has it needs sixty more.
#
# find_package(OpenCV REQUIRED COMPONENTS core imgproc …) defines OpenCV_LIBS, a list of targets OpenCV::<component>.
find_path(OpenCV_INCLUDE_DIR opencv2/core.hpp PATH_SUFFIXES opencv4)
set(OpenCV_LIBS "")
foreach(component IN LISTS OpenCV_FIND_COMPONENTS)
    find_library(OpenCV_${component}_LIBRARY opencv_${component})
    if(OpenCV_INCLUDE_DIR AND OpenCV_${component}_LIBRARY)
        set(OpenCV_${component}_FOUND TRUE)
        list(APPEND OpenCV_LIBS OpenCV::${component})
        if(NOT TARGET OpenCV::${component})
            add_library(OpenCV::${component} UNKNOWN IMPORTED)
            set_target_properties(OpenCV::${component} PROPERTIES
                                  IMPORTED_LOCATION "${OpenCV_${component}_LIBRARY}"
                                  INTERFACE_INCLUDE_DIRECTORIES "${OpenCV_INCLUDE_DIR}")
        endif()
    endif()
endforeach()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenCV REQUIRED_VARS OpenCV_INCLUDE_DIR HANDLE_COMPONENTS)
