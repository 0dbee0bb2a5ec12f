using Microsoft.Playwright;
using ServerlessDrives.Tests.Browser;
using ServerlessDrives.Tests.Shared;
using Xunit;

[assembly: AssemblyFixture(typeof(Browsers))]

namespace ServerlessDrives.Tests.Browser;

/// <summary>One app and one Chromium for all tests, which run beside each other; people come and go in contexts of their own.</summary>
public sealed class Browsers : IAsyncLifetime
{
    /// <summary>Milliseconds. Wide, for machines that have other things to do.</summary>
    private const float TimeLimit = 45_000;

    private static readonly Dictionary<string, string> Settings = new()
    {
        // The sandbox's IAM tells everybody at once unless told otherwise, so a refusal needs no minute to be final.
        ["Verification__PropagationWait"] = "00:00:02",
        ["ServerlessDrives__Webhooks__AllowPrivateTargets"] = "true",
    };

    private readonly Lock _gate = new();
    private IPlaywright? _playwright;
    private IBrowser? _chromium;
    private Task<Scene>? _scene;

    public EmbeddedApp App { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Assertions.SetDefaultExpectTimeout(TimeLimit);
        var app = StartAppAsync();
        _playwright = await Playwright.CreateAsync();
        _chromium = await _playwright.Chromium.LaunchAsync(
            new()
            {
                // Debian's; nothing is downloaded. Everything that would call home is off.
                ExecutablePath = Executable(),
                Args =
                [
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--no-first-run",
                    "--disable-sync",
                ],
            });
        App = await app;
    }

    /// <summary>An app of one's own, for those who do to it what others mustn't see.</summary>
    /// <param name="others">Settings of its own.</param>
    public static Task<EmbeddedApp> StartAppAsync(Dictionary<string, string>? others = null) =>
        EmbeddedApp.StartAsync(
            Settings
                .Concat(others ?? [])
                .GroupBy(setting => setting.Key)
                .ToDictionary(setting => setting.Key, setting => setting.Last().Value));

    /// <summary>What those find who look at every page; set once.</summary>
    internal Task<Scene> SceneAsync()
    {
        lock (_gate)
            return _scene ??= Scene.SetAsync(App);
    }

    /// <summary>Chromium that has no windows does the same with 40 % less of the processor's time; not every system packages it.</summary>
    private static string Executable() =>
        new[] { "/usr/bin/chromium-headless-shell", "/usr/bin/chromium" }.FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("There is no Chromium here: tests/run installs it.");

    /// <summary>Somebody with a browser that knows nothing of the others: its own cookies, storage and session.</summary>
    /// <param name="app">Where they go; null for the app of all.</param>
    public async Task<Person> ArriveAsync(Device device = Device.Desktop, EmbeddedApp? app = null)
    {
        var context = await _chromium!.NewContextAsync(new()
        {
            ViewportSize = device is Device.Phone ? new() { Width = 390, Height = 844 } : new() { Width = 1280, Height = 860 },
            IsMobile = device is Device.Phone,
            HasTouch = device is Device.Phone,
            ColorScheme = ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce,
            Locale = "en-GB",
            TimezoneId = "Europe/Berlin",
            AcceptDownloads = true,
            Permissions = ["clipboard-read", "clipboard-write"],
        });
        context.SetDefaultTimeout(TimeLimit);
        return new Person(context, await context.NewPageAsync(), app ?? App);
    }

    public async ValueTask DisposeAsync()
    {
        if (_chromium is not null)
            await _chromium.CloseAsync();
        _playwright?.Dispose();
        if (App is not null)
            await App.DisposeAsync();
    }
}

public enum Device
{
    Desktop,
    Phone,
}
