// The only place that includes QCustomPlot: its header fails under QT_NO_FOREACH and warns under our flags.
#pragma once

#include <QtGlobal>

#ifdef QT_NO_FOREACH
#define foreach(variable, container) for (variable : container)  // for this header only
#endif

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Woverloaded-virtual"
#include <qcustomplot.h>
#pragma GCC diagnostic pop

#ifdef QT_NO_FOREACH
#undef foreach
#endif
