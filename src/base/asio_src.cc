// Asio's separately compiled half; every other file sees declarations only.
#include <boost/asio/impl/src.hpp>
