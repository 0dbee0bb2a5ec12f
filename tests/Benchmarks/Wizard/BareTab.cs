using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;

namespace ServerlessDrives.Tests.Benchmarks.Wizard;

/// <summary>
/// A browser tab over Chromium's own protocol, in a context of its own with nothing cached. Playwright puts scripts of its own into every
/// page that it opens; with the main thread slowed down these take longer than the page does, so pages that are measured are opened without
/// it.
/// </summary>
internal sealed class BareTab : IAsyncDisposable
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    private readonly ICDPSession _browser;
    private readonly string _context;
    private readonly string _session;
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _waiting = new();
    private int _lastId;

    private BareTab(ICDPSession browser, string context, string session)
    {
        (_browser, _context, _session) = (browser, context, session);
        browser.Event("Target.receivedMessageFromTarget").OnEvent += Receive;
    }

    /// <summary>Hears the tab's events: their names and parameters.</summary>
    public Action<string, JsonElement>? Ear { get; set; }

    public static async Task<BareTab> OpenAsync(ICDPSession browser, int width, int height)
    {
        var context = Text(await browser.SendAsync("Target.createBrowserContext"), "browserContextId");
        var target = Text(
            await browser.SendAsync(
                "Target.createTarget",
                new()
                {
                    ["url"] = "about:blank",
                    ["browserContextId"] = context,
                    ["width"] = width,
                    ["height"] = height,
                }),
            "targetId");
        return new(
            browser,
            context,
            Text(await browser.SendAsync("Target.attachToTarget", new() { ["targetId"] = target, ["flatten"] = false }), "sessionId"));
    }

    public async Task<JsonElement> SendAsync(string method, JsonObject? parameters = null)
    {
        var id = Interlocked.Increment(ref _lastId);
        var answer = _waiting[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        await _browser.SendAsync("Target.sendMessageToTarget", new() { ["sessionId"] = _session, ["message"] = message.ToJsonString() });
        return await answer.Task.WaitAsync(TimeLimit);
    }

    /// <returns>The expression's value; undefined while the page is changing.</returns>
    public async Task<JsonElement> ReadAsync(string expression)
    {
        try
        {
            var answer = await SendAsync("Runtime.evaluate", new() { ["expression"] = expression, ["returnByValue"] = true });
            return answer.TryGetProperty("exceptionDetails", out _) || !answer.GetProperty("result").TryGetProperty("value", out var value)
                ? default
                : value;
        }
        catch (InvalidOperationException)
        {
            return default; // the page that was asked has gone
        }
    }

    public async Task UntilAsync(string condition)
    {
        for (
            var until = DateTime.UtcNow + TimeLimit;
            (await ReadAsync($"!!({condition})")).ValueKind is not JsonValueKind.True;
            await Task.Delay(BetweenLooks))
        {
            if (DateTime.UtcNow > until)
                throw new TimeoutException($"It never came to this: {condition}");
        }
    }

    /// <summary>Presses and releases the mouse in the middle of the first element of a CSS selector.</summary>
    public async Task ClickAsync(string selector)
    {
        var at = await ReadAsync(
            $"(({{x, y, width, height}}) => [x + width / 2, y + height / " +
            $"2])(document.querySelector({JsonSerializer.Serialize(selector)}).getBoundingClientRect())"
        );
        foreach (var type in new[] { "mousePressed", "mouseReleased" })
            await SendAsync(
                "Input.dispatchMouseEvent",
                new()
                {
                    ["type"] = type,
                    ["x"] = at[0].GetDouble(),
                    ["y"] = at[1].GetDouble(),
                    ["button"] = "left",
                    ["clickCount"] = 1,
                });
    }

    public async ValueTask DisposeAsync()
    {
        _browser.Event("Target.receivedMessageFromTarget").OnEvent -= Receive;
        await _browser.SendAsync("Target.disposeBrowserContext", new() { ["browserContextId"] = _context });
    }

    private static string Text(JsonElement? answer, string property) => answer!.Value.GetProperty(property).GetString()!;

    private void Receive(object? sender, JsonElement? received)
    {
        if (Text(received, "sessionId") != _session)
            return;
        using var message = JsonDocument.Parse(Text(received, "message"));
        var content = message.RootElement.Clone();
        if (!content.TryGetProperty("id", out var id))
            Ear?.Invoke(content.GetProperty("method").GetString()!, content.GetProperty("params"));
        else if (
            _waiting.TryRemove(id.GetInt32(), out var waiting)
            && !(content.TryGetProperty("result", out var result) && waiting.TrySetResult(result)))
            waiting.TrySetException(new InvalidOperationException(content.ToString()));
    }
}
