using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace ServerlessDrives.Tests.Browser;

/// <summary>
/// axe, all its rules, in the page itself: loaded once for a document rather than for each look, and only what is wrong comes back.
/// (Its Playwright package opens a second page for every run, which costs ten times as much; our pages have no frames to be gathered
/// there.)
/// </summary>
internal static class Accessibility
{
    private const string Run =
        """
        async (rules) => {
          const { violations } = await axe.run(document, { resultTypes: ['violations'], ...(rules ? { runOnly: rules } : {}) });
          return violations.flatMap(({ id, help, nodes }) =>
            nodes
              // Fluent's guards around an open menu take the focus on purpose, and pass it on at once.
              .filter((node) => !node.html.includes('data-tabster-dummy'))
              .map((node) => [node, [...node.any, ...node.all, ...node.none].map((check) => check.message).join(' ')])
              .map(([node, messages]) => `${id}: ${help}: ${node.html} ${messages}`));
        }
        """;

    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    /// <summary>What axe has against the page as it is now.</summary>
    public static Task<IReadOnlyList<string>> ViolationsAsync(IPage page) => ViolationsAsync(page, rules: null);

    /// <summary>What axe has against the page's colours; all else is the same in another theme.</summary>
    public static Task<IReadOnlyList<string>> ViolationsOfColoursAsync(IPage page) =>
        ViolationsAsync(page, ["color-contrast", "link-in-text-block"]);

    private static async Task<IReadOnlyList<string>> ViolationsAsync(IPage page, string[]? rules)
    {
        if (!await page.EvaluateAsync<bool>("() => typeof axe === 'object'"))
            await page.EvaluateAsync($"{Axe}; undefined");
        return await page.EvaluateAsync<string[]>(Run, rules);
    }
}
