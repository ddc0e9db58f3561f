// Beast's separately compiled half; every other file sees declarations only.
#include <boost/beast/src.hpp>
