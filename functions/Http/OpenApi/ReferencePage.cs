using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ServerlessDrives.Http;

/// <summary>
/// The reference for people, made on the server from the API's description: one page, no script, nothing from anywhere else, so that it
/// works offline and under the strictest content security policy. Problems have anchors: their <c>type</c> leads there.
/// </summary>
public sealed partial class ReferencePage
{
    private static readonly JsonSerializerOptions Pretty = new(Json.Options)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly StringBuilder _html = new();

    public ReferencePage(ApiDescription description)
    {
        ArgumentNullException.ThrowIfNull(description);
        var style = Style();
        var document = description.Document;
        var operations = OperationsOf(document);
        Write(
            $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" " +
            $"content=\"width=device-width\"><title>ServerlessDrives API</title><style>{style}</style></head><body>"
        );
        Navigation(document, operations);
        Write("<main>");
        Introduction(document);
        foreach (var section in document["tags"]!.AsArray())
        {
            var name = Text(section!["name"]);
            Write($"<h2 id=\"{Anchor(name)}\">{Safe(name)}</h2><p>{Prose(Text(section["description"]))}</p>");
            foreach (var (path, verb, operation) in operations.Where(one => Text(one.Operation["tags"]![0]) == name))
                Describe(path, verb, operation);
        }

        Problems();
        Shapes(document);
        Write("</main></body></html>");
        Html = _html.ToString();
        ContentSecurityPolicy =
            $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)))}'; " +
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    public string Html { get; }

    /// <summary>Admits this page's own style by its hash, and nothing else.</summary>
    public string ContentSecurityPolicy { get; }

    private static string Style()
    {
        using var file = typeof(ReferencePage).Assembly.GetManifestResourceStream("reference.css")!;
        using var reader = new StreamReader(file);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    private static List<(string Path, string Verb, JsonObject Operation)> OperationsOf(JsonObject document) =>
        [
            .. from path in document["paths"]!.AsObject()
            from operation in path.Value!.AsObject()
            select (path.Key, operation.Key, operation.Value!.AsObject()),
        ];

    private void Navigation(JsonObject document, List<(string Path, string Verb, JsonObject Operation)> operations)
    {
        Write("<nav aria-label=\"Reference\"><a href=\"/\">ServerlessDrives</a>");
        foreach (var section in document["tags"]!.AsArray())
        {
            var name = Text(section!["name"]);
            Write($"<strong><a href=\"#{Anchor(name)}\">{Safe(name)}</a></strong><ul>");
            foreach (var (_, _, operation) in operations.Where(one => Text(one.Operation["tags"]![0]) == name))
                Write($"<li><a href=\"#{Text(operation["operationId"])}\">{Safe(Text(operation["summary"]))}</a></li>");
            Write("</ul>");
        }

        Write("<strong><a href=\"#problems\">Problems</a></strong><strong><a href=\"#shapes\">Shapes</a></strong></nav>");
    }

    private void Introduction(JsonObject document)
    {
        var info = document["info"]!;
        Write($"<h1>{Safe(Text(info["title"]))} API</h1><p>{Safe(Text(info["summary"]))}</p>");
        foreach (var paragraph in Text(info["description"]).Split("\n\n"))
            Write($"<p>{Prose(paragraph)}</p>");
        Write("<p>For programs: <a href=\"/api/openapi.json\">openapi.json</a> (OpenAPI 3.1).</p>");
    }

    private void Describe(string path, string verb, JsonObject operation)
    {
        Write($"<section id=\"{Text(operation["operationId"])}\"><h3>{Safe(Text(operation["summary"]))}</h3>");
        Write(
            $"<div class=\"route\"><span class=\"verb {verb}\">{verb.ToUpperInvariant()}</span><span " +
            $"class=\"path\">{Safe(path)}</span></div>"
        );
        if (operation["description"] is { } description)
            Write($"<p>{Prose(Text(description))}</p>");
        if (operation["security"] is not null)
            Write("<p class=\"soft\">Needs no sign-in.</p>");
        if (operation["parameters"] is JsonArray parameters)
            Parameters(parameters);
        if (operation["requestBody"] is { } body)
        {
            Write($"<h4>Body{(body["required"]!.GetValue<bool>() ? "" : " (may be left out)")}</h4>");
            Contents(body["content"]!.AsObject());
        }

        Answers(operation["responses"]!.AsObject());
        Write("</section>");
    }

    private void Parameters(JsonArray parameters)
    {
        Write("<h4>Parameters</h4><table><thead><tr><th>Name</th><th>Type</th><th></th></tr></thead><tbody>");
        foreach (var parameter in parameters)
        {
            var place =
                Text(parameter!["in"]) == "path" ? "path"
                : parameter["required"]!.GetValue<bool>() ? $"{Text(parameter["in"])}, needed"
                : Text(parameter["in"]);
            Write(
                $"<tr><td><code>{Safe(Text(parameter["name"]))}</code> <span " +
                $"class=\"soft\">{place}</span></td><td>{TypeOf(parameter["schema"]!)}</td>" +
                $"<td>{Prose(Text(parameter["description"]))}</td></tr>"
            );
        }

        Write("</tbody></table>");
    }

    private void Answers(JsonObject responses)
    {
        Write("<h4>Answers</h4><table><tbody>");
        foreach (var (status, response) in responses)
        {
            var problems =
                response!["content"]?[Problem.ContentType]?["examples"]?.AsObject().Select(example => example.Key).ToList() ?? [];
            var links = string.Join(", ", problems.Select(code => $"<a href=\"#problem-{code}\"><code>{code}</code></a>"));
            var onlyProblems = problems.Count > 0 && response["content"]!.AsObject().Count == 1;
            Write($"<tr><td><code>{status}</code></td><td>{(onlyProblems ? links : Prose(Text(response["description"])))}");
            if (response["headers"] is JsonObject headers && problems.Count == 0)
                Write($"<div class=\"soft\">{string.Join(", ", headers.Select(header => $"<code>{Safe(header.Key)}</code>"))}</div>");
            Write("</td></tr>");
        }

        Write("</tbody></table>");
        foreach (var (status, response) in responses.Where(response => response.Key[0] == '2' && response.Value!["content"] is not null))
        {
            Write($"<h4>{status}</h4>");
            Contents(response!["content"]!.AsObject());
        }
    }

    private void Contents(JsonObject contents)
    {
        foreach (var (type, content) in contents)
        {
            Write(
                $"<div><code>{Safe(type)}</code> " +
                $"{(content!["schema"] is { } schema ? TypeOf(schema) : "<span class=\"soft\">bytes</span>")}</div>"
            );
            if (content["example"] is { } example)
                Write($"<details><summary>Example</summary><pre><code>{Safe(example.ToJsonString(Pretty))}</code></pre></details>");
        }
    }

    private void Problems()
    {
        Write(
            "<h2 id=\"problems\">Problems</h2><p>Errors are <code>application/problem+json</code>. <code>code</code> is stable; " +
            "<code>detail</code> says what is wrong this time.</p><table><tbody>"
        );
        foreach (var problem in KnownProblems.All)
            Write(
                "<tr " +
                $"id=\"{KnownProblems.AnchorOf(problem.Code)}\">" +
                $"<td><code>{problem.Code}{(problem.Code == KnownProblems.AwsFamily ? "-…" : "")}</code> " +
                $"<span class=\"soft\">{problem.Status}</span></td>" +
                $"<td>{Prose(problem.Meaning)}<div class=\"soft\">{Prose(problem.Remedy)}</div></td></tr>"
            );
        Write("</tbody></table>");
    }

    private void Shapes(JsonObject document)
    {
        Write("<h2 id=\"shapes\">Shapes</h2>");
        foreach (var (name, schema) in document["components"]!["schemas"]!.AsObject())
        {
            Write($"<section id=\"shape-{name}\"><h3>{Safe(name)}</h3>");
            if (schema!["description"] is { } description)
                Write($"<p>{Prose(Text(description))}</p>");
            if (schema["enum"] is JsonArray words)
                Write($"<p>{string.Join(", ", words.Select(word => $"<code>{Safe(word is null ? "null" : Text(word))}</code>"))}</p>");
            if (schema["anyOf"] is JsonArray kinds)
                Write($"<p>One of:</p>{string.Concat(kinds.Select(kind => $"<div>{Fields(kind!)}</div>"))}");
            Write(Fields(schema));
            Write("</section>");
        }
    }

    private static string Fields(JsonNode schema)
    {
        if (schema["properties"] is not JsonObject properties)
            return "";
        var required = schema["required"]?.AsArray().Select(field => Text(field)).ToHashSet() ?? [];
        var rows = properties.Select(property =>
            $"<tr><td><code>{Safe(property.Key)}</code>" +
            (required.Contains(property.Key) ? "" : " <span class=\"soft\">may be left out</span>") +
            $"</td><td>{TypeOf(property.Value!)}</td><td>{Prose(Text(property.Value!["description"]))}</td></tr>"
        );
        return $"<table><tbody>{string.Concat(rows)}</tbody></table>";
    }

    /// <summary>A type in a few words; shapes by a link.</summary>
    private static string TypeOf(JsonNode schema)
    {
        if (schema["$ref"] is { } reference)
        {
            var name = Text(reference)[(Text(reference).LastIndexOf('/') + 1)..];
            return $"<a href=\"#shape-{name}\">{Safe(name)}</a>";
        }

        if (schema["anyOf"] is JsonArray either)
            return string.Join(" or ", either.Select(one => TypeOf(one!)));
        if (schema["const"] is { } only)
            return $"<code>{Safe(only.ToJsonString())}</code>";
        if (schema["enum"] is JsonArray words)
            return string.Join(" | ", words.Select(word => $"<code>{Safe(word is null ? "null" : Text(word))}</code>"));
        var types = schema["type"] switch
        {
            JsonArray several => [.. several.Select(type => Text(type))],
            { } one => [Text(one)],
            null => new List<string> { "anything" },
        };
        return string.Join(" or ", types.Select(type => type switch
        {
            "array" when schema["items"] is { } items => $"list of {TypeOf(items)}",
            "string" when schema["format"] is { } format => Safe(Text(format)),
            _ => Safe(type),
        }));
    }

    private static string Anchor(string section) => Safe(section.ToLowerInvariant());

    private static string Text(JsonNode? node) => node is null ? "" : node.GetValue<string>();

    private static string Safe(string text) => HtmlEncoder.Default.Encode(text);

    private static string Prose(string text) => Code().Replace(Safe(text), "<code>${code}</code>");

    private void Write(string html) => _html.Append(html).Append('\n');

    /// <summary>The encoder writes a backtick as a character reference.</summary>
    [GeneratedRegex("&#x60;(?<code>.*?)&#x60;", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Code();
}
