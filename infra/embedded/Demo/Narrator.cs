using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ServerlessDrives.Embedded.Cloud;
using Spectre.Console;

namespace ServerlessDrives.Embedded.Demo;

/// <summary>Tells what happens: in colour with a spinner on a terminal, in plain lines when piped.</summary>
internal sealed class Narrator
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly IAnsiConsole _console = Terminal.Open();
    private int _steps;

    public void Step(string title)
    {
        _console.WriteLine();
        _console.MarkupLineInterpolated($"[bold deepskyblue1]{++_steps}. {title}[/]");
    }

    public void Say(string sentence) => _console.MarkupLineInterpolated($"   {sentence}");

    public void Good(string sentence) => _console.MarkupLineInterpolated($"   [green]{sentence}[/]");

    public void Bad(string sentence) => _console.MarkupLineInterpolated($"   [red]{sentence}[/]");

    public void Call(HttpMethod method, string path) => _console.MarkupLineInterpolated($"   [grey]{method} {path}[/]");

    public void Document(string title, JsonNode document)
    {
        _console.MarkupLineInterpolated($"   [yellow]{title}[/]");
        // Past the console's own wrapping, so that a policy can be copied.
        foreach (var line in document.ToJsonString(Indented).Split('\n'))
            Console.Out.WriteLine($"     {line}");
    }

    /// <summary>Every check with its verdict; of the failed ones also what stands in the way and what to change.</summary>
    public void Report(JsonNode report)
    {
        foreach (var check in report["checks"]!.AsArray())
        {
            var status = Text(check, "status");
            var (mark, colour) = status switch
            {
                "passed" => ("passed  ", "green"),
                "failed" => ("failed  ", "red"),
                "skipped" => ("skipped ", "grey"),
                _ => ("n/a     ", "grey"),
            };
            var permission = Text(check, "permission") is { Length: > 0 } named ? $" ({named})" : "";
            _console.MarkupLineInterpolated($"   [{colour}]{mark}[/] {Text(check, "name")}{permission}");
            if (status != "failed")
                continue;
            _console.MarkupLineInterpolated($"            {Text(check, "explanation")}");
            _console.MarkupLineInterpolated($"            [yellow]Fix:[/] {Text(check, "fix")}");
        }
    }

    /// <summary>Waits with a spinner where there is a terminal.</summary>
    public async Task<T> WaitAsync<T>(string what, Task<T> task)
    {
        if (!_console.Profile.Capabilities.Interactive)
        {
            Say($"{what}…");
            return await task;
        }

        return await _console.Status().StartAsync($"{what}…", _ => task);
    }

    private static string Text(JsonNode? node, string name) => node?[name]?.GetValue<string>() ?? "";
}
