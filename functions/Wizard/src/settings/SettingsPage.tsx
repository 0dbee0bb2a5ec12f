export default function SettingsPage({ tab }: { tab: string }) { return <p>{tab}</p>; }
