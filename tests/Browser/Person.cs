using System.Text.RegularExpressions;
using Microsoft.Playwright;
using ServerlessDrives.Tests.Shared;
using static Microsoft.Playwright.Assertions;

namespace ServerlessDrives.Tests.Browser;

/// <summary>Somebody who sees the page, and finds things on it by what they are and what they are called.</summary>
public sealed class Person : IAsyncDisposable
{
    /// <summary>Admin of the organization.</summary>
    public const string Ada = "Ada Lind";

    /// <summary>Manager of the workspace Claims.</summary>
    public const string Max = "Max Okafor";

    /// <summary>Member of another organization, in which nothing has happened.</summary>
    public const string Eve = "Eve Novak";

    private static readonly Regex Something = new(@"\S", RegexOptions.None, TimeSpan.FromSeconds(1));

    private readonly IBrowserContext _context;
    private readonly EmbeddedApp _app;
    private readonly List<string> _complaints = [];

    public Person(IBrowserContext context, IPage page, EmbeddedApp app)
    {
        (_context, Page, _app) = (context, page, app);
        page.PageError += (_, error) => _complaints.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Text.Contains("Content Security Policy", StringComparison.Ordinal))
                _complaints.Add(message.Text);
        };
    }

    public IPage Page { get; }

    /// <summary>Errors that the page's scripts threw, and what the content security policy refused.</summary>
    public IReadOnlyList<string> Complaints => _complaints;

    public Task GoAsync(string path) => Page.GotoAsync(new Uri(_app.Address, path).AbsoluteUri);

    public ILocator Button(string name, bool exact = false) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = exact });

    public ILocator Link(string name, bool exact = false) => Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = exact });

    public ILocator Heading(string name, bool exact = false) => Page.GetByRole(AriaRole.Heading, new() { Name = name, Exact = exact });

    public ILocator Radio(string name) => Page.GetByRole(AriaRole.Radio, new() { Name = name });

    public ILocator Field(string label) => Page.GetByRole(AriaRole.Textbox, new() { Name = label });

    /// <summary>A field that offers what to choose from, and takes other text as well.</summary>
    public ILocator Choice(string label) => Page.GetByRole(AriaRole.Combobox, new() { Name = label });

    public ILocator Dialog(string title) => Page.GetByRole(AriaRole.Dialog, new() { Name = title });

    /// <summary>A field whose text is hidden; these have no role.</summary>
    public ILocator Secret(string label) => Page.GetByLabel(label);

    /// <summary>Something to paste elsewhere, by its title.</summary>
    public async Task<string> ReadAsync(string title)
    {
        var text = Page.GetByLabel(title, new() { Exact = true }).Last;
        await SeeAsync(text);
        // What is fetched for it comes a moment after the place for it.
        await Expect(text).ToContainTextAsync(Something);
        return await text.InnerTextAsync();
    }

    public Task SeeAsync(ILocator what) => Expect(what).ToBeVisibleAsync();

    public Task SeeTextAsync(string text) => Expect(Page.GetByText(text).First).ToBeVisibleAsync();

    public Task SeeTitleAsync(string title) =>
        Expect(Page.GetByRole(AriaRole.Heading, new() { Name = title, Level = 1 })).ToBeVisibleAsync();

    /// <summary>Opens the app and signs in as one of the seeded people.</summary>
    public async Task SignInAsync(string who, string path = "/")
    {
        await GoAsync(path);
        await Button("Sign in").ClickAsync();
        await Button(who).ClickAsync();
        await SeeAsync(Button("account and appearance"));
    }

    public async Task SignOutAsync()
    {
        await Button("account and appearance").ClickAsync();
        await Page.GetByRole(AriaRole.Menuitem, new() { Name = "Sign out" }).ClickAsync();
    }

    /// <summary>Looks at the drives of one workspace, or of all.</summary>
    public async Task LookAtAsync(string workspace)
    {
        await Link("Drives", exact: true).First.ClickAsync();
        await Page.GetByLabel("Workspace", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = workspace });
    }

    public async Task OpenDriveAsync(string name, string workspace = "Claims")
    {
        await GoAsync("/");
        await LookAtAsync(workspace);
        await Link(name).ClickAsync();
        await SeeTitleAsync(name);
    }

    public ValueTask DisposeAsync() => _context.DisposeAsync();
}
