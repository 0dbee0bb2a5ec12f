export default function DrivePage({ id, tab }: { id: string; tab: string }) { return <p>{id}{tab}</p>; }
