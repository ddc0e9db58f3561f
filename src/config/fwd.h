#pragma once

namespace vigie::config {

struct Place;
class Node;
struct Problem;
class Problems;
enum class FieldType : unsigned char;
struct Field;
class Settings;
class Environment;
class Secrets;
struct Book;
struct Section;
struct Change;
struct Chapter;

}  // namespace vigie::config
