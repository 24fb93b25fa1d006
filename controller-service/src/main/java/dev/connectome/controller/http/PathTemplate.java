package dev.connectome.controller.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A path of a {@code google.api.http} annotation, for instance {@code /v1/{name=runs/*}:stop}:
 * literal segments, variables that take the segments of their pattern, and a verb at the end.
 */
final class PathTemplate {

  private static final Pattern VARIABLE = Pattern.compile("\\{([a-z0-9_.]+)(?:=([^}]*))?}");
  private static final Pattern VERB = Pattern.compile(":([A-Za-z]+)$");
  private static final Pattern COLLECTION = Pattern.compile("([a-z]+)s/\\*");

  private final String template;
  private final String verb;
  private final List<String> variables;
  private final Pattern pattern;

  PathTemplate(String template) {
    this.template = template;
    Matcher found = VERB.matcher(template);
    this.verb = found.find() ? found.group(1) : "";
    this.variables = new ArrayList<>();
    var regex = new StringBuilder();
    String path = withoutVerb(template);
    Matcher variable = VARIABLE.matcher(path);
    int end = 0;
    while (variable.find()) {
      regex.append(Pattern.quote(path.substring(end, variable.start())));
      variables.add(variable.group(1));
      String segments = variable.group(2) == null ? "*" : variable.group(2);
      regex.append('(').append(segments.replace("*", "[^/]+")).append(')');
      end = variable.end();
    }
    this.pattern = Pattern.compile(regex.append(Pattern.quote(path.substring(end))).toString());
  }

  /** The values of the variables in a path; empty if the path does not match. */
  Optional<Map<String, String>> match(String path) {
    Matcher asked = VERB.matcher(path);
    if (!verb.equals(asked.find() ? asked.group(1) : "")) {
      return Optional.empty();
    }
    Matcher found = pattern.matcher(withoutVerb(path));
    if (!found.matches()) {
      return Optional.empty();
    }
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i < variables.size(); i++) {
      values.put(variables.get(i), decoded(found.group(i + 1)));
    }
    return Optional.of(values);
  }

  /** Percent-decoded after the segments are told apart. */
  private static String decoded(String segments) {
    try {
      return URLDecoder.decode(segments.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return segments;
    }
  }

  /** The variables, which are paths of fields, in order. */
  List<String> variables() {
    return List.copyOf(variables);
  }

  /** The OpenAPI path parameters, for instance {@code run} for {@code {name=runs/*}}. */
  List<String> parameters() {
    return Pattern.compile("\\{([^}]+)}")
        .matcher(openApi())
        .results()
        .map(found -> found.group(1))
        .toList();
  }

  /** The OpenAPI path, for instance {@code /v1/runs/{run}:stop}. */
  String openApi() {
    return VARIABLE.matcher(template).replaceAll(PathTemplate::segments);
  }

  private static String segments(MatchResult variable) {
    return variable.group(2) == null
        ? "{" + variable.group(1) + "}"
        : COLLECTION.matcher(variable.group(2)).replaceAll("$1s/{$1}");
  }

  private static String withoutVerb(String path) {
    return VERB.matcher(path).replaceFirst("");
  }

  @Override
  public String toString() {
    return template;
  }
}
