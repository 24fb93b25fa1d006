package dev.connectome.controller.documents;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.ToolProvider;

/** Tables of the settings of a service, from the sources of its {@code settings} package. */
final class SettingsReference {

  /** What is written for a type; a name that is not here is another group of settings. */
  private static final Map<String, String> KINDS =
      Map.ofEntries(
          Map.entry("Duration", "duration"),
          Map.entry("int", "whole number"),
          Map.entry("Integer", "whole number"),
          Map.entry("long", "whole number"),
          Map.entry("Long", "whole number"),
          Map.entry("short", "whole number"),
          Map.entry("double", "number"),
          Map.entry("Double", "number"),
          Map.entry("boolean", "true or false"),
          Map.entry("Boolean", "true or false"),
          Map.entry("String", "text"),
          Map.entry("Path", "path"),
          Map.entry("URI", "address"),
          Map.entry("List<String>", "list"),
          Map.entry("Set<String>", "list"));

  private static final String MAP = "Map<String, ";
  private static final String NAME = ".\"NAME\"";

  private record Setting(String method, String type, Optional<String> standard, String comment) {}

  private record Group(String comment, List<Setting> settings) {}

  private final Map<String, Group> groups = new LinkedHashMap<>();
  private final Map<String, String> enums = new LinkedHashMap<>();
  private final Properties packaged = new Properties();
  private final StringBuilder text = new StringBuilder();

  private SettingsReference() {}

  /**
   * The tables of a module's settings.
   *
   * @param module its folder
   * @param root the interface from which all others are reached
   */
  static String of(Path module, String root) throws IOException {
    var reference = new SettingsReference();
    try (InputStream properties =
        Files.newInputStream(module.resolve("src/main/resources/application.properties"))) {
      reference.packaged.load(properties);
    }
    try (Stream<Path> files = Files.walk(module.resolve("src/main/java"))) {
      reference.read(
          files
              .filter(file -> file.getParent().endsWith("settings"))
              .filter(file -> !file.endsWith("package-info.java"))
              .toList());
    }
    reference.write(root, "connectome", 0);
    return reference.text.toString();
  }

  private void read(List<Path> sources) throws IOException {
    var compiler = ToolProvider.getSystemJavaCompiler();
    try (var files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      var task =
          (JavacTask)
              compiler.getTask(
                  null,
                  files,
                  null,
                  List.of("-proc:none"),
                  null,
                  files.getJavaFileObjectsFromPaths(sources));
      DocTrees comments = DocTrees.instance(task);
      for (CompilationUnitTree unit : task.parse()) {
        new Interfaces(comments).scan(unit, null);
      }
    }
  }

  /** Takes up each interface with its settings, and the values of each enum. */
  private final class Interfaces extends TreePathScanner<Void, Void> {
    private final DocTrees comments;
    private List<Setting> settings = new ArrayList<>();

    Interfaces(DocTrees comments) {
      this.comments = comments;
    }

    @Override
    public Void visitClass(ClassTree type, Void unused) {
      List<Setting> outer = settings;
      settings = new ArrayList<>();
      String comment = comment();
      super.visitClass(type, null);
      String name = type.getSimpleName().toString();
      if (type.getKind() == Tree.Kind.INTERFACE) {
        groups.put(name, new Group(comment, settings));
      } else if (type.getKind() == Tree.Kind.ENUM) {
        enums.put(
            name,
            type.getMembers().stream()
                .filter(VariableTree.class::isInstance)
                .map(value -> ((VariableTree) value).getName().toString().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", ")));
      }
      settings = outer;
      return null;
    }

    @Override
    public Void visitMethod(MethodTree method, Void unused) {
      if (method.getReturnType() != null
          && !method.getModifiers().getFlags().contains(Modifier.DEFAULT)
          && method.getBody() == null) {
        settings.add(
            new Setting(
                method.getName().toString(),
                method.getReturnType().toString(),
                method.getModifiers().getAnnotations().stream()
                    .filter(one -> one.getAnnotationType().toString().equals("WithDefault"))
                    .map(Interfaces::value)
                    .findFirst(),
                comment()));
      }
      return null;
    }

    private static String value(AnnotationTree annotation) {
      Tree argument = annotation.getArguments().get(0);
      Tree value =
          argument instanceof AssignmentTree assignment ? assignment.getExpression() : argument;
      return ((LiteralTree) value).getValue().toString();
    }

    private String comment() {
      String comment = comments.getDocComment(getCurrentPath());
      return comment == null ? "" : plain(comment);
    }
  }

  private void write(String groupName, String prefix, int depth) {
    Group group = groups.get(groupName);
    if (depth > 0) {
      text.append("### `").append(prefix).append("`\n\n").append(group.comment()).append("\n\n");
    }
    List<Setting> own = group.settings().stream().filter(one -> !isGroup(one)).toList();
    if (!own.isEmpty()) {
      text.append("| setting | kind | default | meaning |\n|---|---|---|---|\n");
      own.forEach(one -> text.append(row(prefix, one)));
      text.append('\n');
    }
    group.settings().stream()
        .filter(this::isGroup)
        .forEach(
            one ->
                write(
                    element(one.type()),
                    prefix + "." + kebab(one.method()) + (isMap(one.type()) ? NAME : ""),
                    depth + 1));
  }

  private boolean isGroup(Setting setting) {
    return groups.containsKey(element(setting.type()));
  }

  private static boolean isMap(String type) {
    return type.startsWith(MAP);
  }

  /** The type of the values of a map by name, any other type itself. */
  private static String element(String type) {
    return isMap(type) ? type.substring(MAP.length(), type.length() - 1) : type;
  }

  private String row(String prefix, Setting setting) {
    String name = prefix + "." + kebab(setting.method());
    if (setting.comment().isEmpty()) {
      throw new AssertionError(name + " has no comment: say what it means, and its unit");
    }
    String standard =
        setting.standard().orElseGet(() -> packaged.getProperty(name, "")).replace("|", "\\|");
    return "| `%s` | %s | %s | %s |%n"
        .formatted(
            isMap(setting.type()) ? name + NAME : name,
            kind(name, element(setting.type())),
            standard.isEmpty() ? "" : "`" + standard + "`",
            GeneratedParts.cell(setting.comment()));
  }

  private String kind(String name, String declared) {
    String type =
        declared.startsWith("Optional<")
            ? declared.substring("Optional<".length(), declared.length() - 1)
            : declared;
    if (enums.containsKey(type)) {
      return enums.get(type);
    }
    String kind = KINDS.get(type);
    if (kind == null) {
      throw new AssertionError(name + " is of type " + type + ", which has no name for people");
    }
    return kind;
  }

  private static String plain(String comment) {
    return comment
        .strip()
        .replaceAll("\\s+", " ")
        .replaceAll("\\{@code ([^}]*)}", "`$1`")
        .transform(SettingsReference::links);
  }

  private static String links(String comment) {
    return java.util.regex.Pattern.compile("\\{@link #(\\w+)\\(\\)}")
        .matcher(comment)
        .replaceAll(link -> "`" + kebab(link.group(1)) + "`");
  }

  private static String kebab(String method) {
    return method.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }
}
