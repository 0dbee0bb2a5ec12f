using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

/// <summary>The query protocol of IAM and STS: a form in, XML out.</summary>
internal sealed class QueryProtocol(string space)
{
    private const string FormKey = "sandbox:form";
    private readonly XNamespace _space = space;

    /// <summary>The parameters of a call, from its form or its query; read once.</summary>
    public static async Task<QueryForm> ReadAsync(AwsCall call)
    {
        if (call.Http.Items[FormKey] is QueryForm known)
            return known;
        using var reader = new StreamReader(call.Body, Encoding.UTF8, leaveOpen: true);
        var text = await reader.ReadToEndAsync(call.Cancelled);
        var values = QueryHelpers.ParseQuery(text).ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.Ordinal);
        foreach (var (name, value) in call.Request.Query)
            values.TryAdd(name, value.ToString());
        var form = new QueryForm(values);
        call.Http.Items[FormKey] = form;
        return form;
    }

    public async Task AnswerAsync(AwsCall call, string action, params object?[] result)
    {
        var body = new XElement(
            _space + $"{action}Response",
            result.Length == 0 ? null : new XElement(_space + $"{action}Result", Qualify(result)),
            new XElement(_space + "ResponseMetadata", new XElement(_space + "RequestId", call.RequestId)));
        await WriteAsync(call, StatusCodes.Status200OK, body);
    }

    public Task RefuseAsync(AwsCall call, AwsError error) =>
        WriteAsync(
            call,
            error.Status,
            new XElement(
                _space + "ErrorResponse",
                new XElement(
                    _space + "Error",
                    new XElement(_space + "Type", error.Status < 500 ? "Sender" : "Receiver"),
                    new XElement(_space + "Code", error.Code),
                    new XElement(_space + "Message", error.Message)),
                new XElement(_space + "RequestId", call.RequestId)));

    private object?[] Qualify(object?[] content) => Array.ConvertAll(content, one => one is XElement element ? Qualify(element) : one);

    private XElement Qualify(XElement element) => new(
        _space + element.Name.LocalName,
        element.HasElements ? element.Elements().Select(Qualify) : element.IsEmpty ? null : element.Value);

    private static async Task WriteAsync(AwsCall call, int status, XElement body)
    {
        call.Response.StatusCode = status;
        call.Response.ContentType = "text/xml";
        call.Response.Headers["x-amzn-RequestId"] = call.RequestId;
        await call.Response.WriteAsync(body.ToString(SaveOptions.DisableFormatting), call.Cancelled);
    }
}

/// <summary>The parameters of a query call.</summary>
internal sealed class QueryForm(IReadOnlyDictionary<string, string> values)
{
    public string Action => values.GetValueOrDefault("Action") ?? "";

    public IEnumerable<string> Names => values.Keys;

    public string? Text(string name) => values.GetValueOrDefault(name);

    /// <exception cref="AwsError">It is missing.</exception>
    public string Required(string name) =>
        values.GetValueOrDefault(name) is { Length: > 0 } value
            ? value
            : throw new AwsError(
                400,
                "ValidationError",
                $"1 validation error detected: Value null at '{char.ToLowerInvariant(name[0])}{name[1..]}' failed to satisfy " +
                "constraint: Member must not be null"
            );

    public int Number(string name, int otherwise, int least, int most)
    {
        if (Text(name) is not { } text)
            return otherwise;
        return int.TryParse(text, out var number) && number >= least && number <= most
            ? number
            : throw new AwsError(
                400,
                "ValidationError",
                $"1 validation error detected: Value '{text}' at '{char.ToLowerInvariant(name[0])}{name[1..]}' failed to satisfy " +
                $"constraint: Member must have value between {least} and {most}"
            );
    }

    /// <summary>A list: <c>Name.member.1</c>, <c>Name.member.2</c>…</summary>
    public IEnumerable<string> List(string name, string member = "")
    {
        for (var i = 1; values.TryGetValue($"{name}.member.{i}{member}", out var value); i++)
            yield return value;
    }

    /// <summary>Tags: <c>Tags.member.1.Key</c> and <c>.Value</c>.</summary>
    public IEnumerable<(string Key, string Value)> Tags()
    {
        for (var i = 1; values.TryGetValue($"Tags.member.{i}.Key", out var key); i++)
            yield return (key, values.GetValueOrDefault($"Tags.member.{i}.Value") ?? "");
    }
}
